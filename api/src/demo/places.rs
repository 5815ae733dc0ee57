//! Places with what telephone numbers and postal codes there begin with.

/// A city in Iran.
#[derive(Debug)]
pub struct City {
    pub name: &'static str,
    pub province: &'static str,
    /// The area code without its zero. Local numbers of eight digits follow.
    pub area: &'static str,
    /// How its postal codes begin.
    pub post: &'static str,
    pub districts: &'static [&'static str],
}

const fn city(
    name: &'static str,
    province: &'static str,
    area: &'static str,
    post: &'static str,
    districts: &'static [&'static str],
) -> City {
    City {
        name,
        province,
        area,
        post,
        districts,
    }
}

/// The cities of our branches first; they have the most customers.
pub const IRAN: &[City] = &[
    city(
        "تهران",
        "تهران",
        "21",
        "1",
        &["ونک", "تجریش", "نارمک", "سعادت‌آباد", "یوسف‌آباد", "تهران‌پارس", "پونک"],
    ),
    city("یزد", "یزد", "35", "891", &["صفائیه", "امام‌شهر", "فهادان", "آزادشهر"]),
    city("اصفهان", "اصفهان", "31", "81", &["جلفا", "چهارباغ", "خانه اصفهان", "مرداویج"]),
    city("شیراز", "فارس", "71", "71", &["معالی‌آباد", "زرگری", "قدوسی", "گلدشت"]),
    city("مشهد", "خراسان رضوی", "51", "91", &["احمدآباد", "وکیل‌آباد", "قاسم‌آباد", "سجاد"]),
    city("تبریز", "آذربایجان شرقی", "41", "51", &["ولیعصر", "ائل‌گلی", "آبرسان"]),
    city("کرج", "البرز", "26", "31", &["گوهردشت", "مهرشهر", "عظیمیه"]),
    city("قم", "قم", "25", "371", &["صفاشهر", "سالاریه"]),
    city("اهواز", "خوزستان", "61", "61", &["کیانپارس", "گلستان"]),
    city("کرمان", "کرمان", "34", "761", &["هزار و یک شب", "جمهوری"]),
    city("رشت", "گیلان", "13", "41", &["گلسار", "منظریه"]),
    city("کرمانشاه", "کرمانشاه", "83", "671", &["الهیه", "طاق‌بستان"]),
    city("ارومیه", "آذربایجان غربی", "44", "571", &["دانشکده", "عمار"]),
    city("زاهدان", "سیستان و بلوچستان", "54", "981", &["دانشگاه"]),
    city("همدان", "همدان", "81", "651", &["بوعلی", "جهان‌نما"]),
    city("ساری", "مازندران", "11", "481", &["فرهنگ", "معلم"]),
    city("بندرعباس", "هرمزگان", "76", "791", &["گلشهر", "آزادگان"]),
    city("سنندج", "کردستان", "87", "661", &["شهرک کشاورز"]),
    city("گرگان", "گلستان", "17", "491", &["گرگان‌پارس"]),
    city("بوشهر", "بوشهر", "77", "751", &["بهمنی"]),
    city("اردبیل", "اردبیل", "45", "561", &["شهرک کارشناسان"]),
    city("قزوین", "قزوین", "28", "341", &["نوروزیان", "ملاصدرا"]),
    city("بیرجند", "خراسان جنوبی", "56", "971", &["شعبانیه"]),
    city("اراک", "مرکزی", "86", "381", &["شهرک قائم"]),
];

pub const STREETS_FA: &[&str] = &[
    "خیابان کاشانی",
    "خیابان ولیعصر",
    "بلوار آزادی",
    "خیابان فردوسی",
    "خیابان سعدی",
    "خیابان حافظ",
    "بلوار جمهوری",
    "خیابان امام خمینی",
    "خیابان شریعتی",
    "بلوار کشاورز",
    "خیابان بهشتی",
    "خیابان طالقانی",
    "خیابان مدرس",
    "بلوار دانشجو",
    "خیابان مطهری",
    "خیابان کاج",
    "خیابان نیلوفر",
    "خیابان بهار",
    "بلوار شهید رجایی",
    "خیابان خیام",
    "خیابان ملاصدرا",
    "بلوار صیاد شیرازی",
];

/// A city in Great Britain, with the numbers that Ofcom keeps free for stories: nobody answers there.
#[derive(Debug)]
pub struct Town {
    pub name: &'static str,
    pub county: &'static str,
    /// All but the last three digits of its free numbers.
    pub phone: &'static str,
    /// How its postal codes begin.
    pub post: &'static str,
}

const fn town(name: &'static str, county: &'static str, phone: &'static str, post: &'static str) -> Town {
    Town { name, county, phone, post }
}

pub const BRITAIN: &[Town] = &[
    town("London", "Greater London", "+44207946 0", "EC1A"),
    town("Manchester", "Greater Manchester", "+44161496 0", "M1"),
    town("Leeds", "West Yorkshire", "+44113496 0", "LS1"),
    town("Birmingham", "West Midlands", "+44121496 0", "B2"),
    town("Edinburgh", "Midlothian", "+44131496 0", "EH1"),
    town("Glasgow", "Lanarkshire", "+44141496 0", "G2"),
    town("Liverpool", "Merseyside", "+44151496 0", "L1"),
    town("Bristol", "Bristol", "+44117496 0", "BS1"),
];

pub const STREETS_EN: &[&str] = &[
    "Harbour Road",
    "Station Street",
    "Mill Lane",
    "Victoria Avenue",
    "Orchard Close",
    "Kiln Street",
    "Canal Walk",
    "Queen's Parade",
    "Foundry Lane",
    "Chapel Hill",
    "Tanner Row",
    "St Mary's Place",
];
