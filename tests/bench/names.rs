//! Names, streets and places that customers of a Persian and an English-speaking house have, for rows that look and search like theirs.

pub const GIVEN_FA: [&str; 30] = [
    "علی",
    "محمدرضا",
    "حسین",
    "زهرا",
    "فاطمه",
    "مریم",
    "سارا",
    "نرگس",
    "امیرحسین",
    "مهدی",
    "رضا",
    "شیرین",
    "پریسا",
    "کیان",
    "آرش",
    "سیاوش",
    "نگار",
    "الهام",
    "بهرام",
    "داریوش",
    "فرهاد",
    "گلناز",
    "هانیه",
    "ایمان",
    "جواد",
    "لیلا",
    "منصور",
    "نیما",
    "پویا",
    "رویا",
];
pub const FAMILY_FA: [&str; 40] = [
    "کریمی",
    "رضایی",
    "حسینی",
    "محمدی",
    "احمدی",
    "موسوی",
    "جعفری",
    "صادقی",
    "رحیمی",
    "ابراهیمی",
    "قاسمی",
    "نوری",
    "اکبری",
    "طاهری",
    "یوسفی",
    "سلیمانی",
    "هاشمی",
    "مرادی",
    "شریفی",
    "زارعی",
    "کاظمی",
    "رستمی",
    "بهرامی",
    "شجاعی",
    "دهقانی",
    "فرهادی",
    "نجفی",
    "امینی",
    "باقری",
    "خسروی",
    "میرزایی",
    "پورمحمدی",
    "علیزاده",
    "حیدری",
    "اسدی",
    "غلامی",
    "صفری",
    "توکلی",
    "یزدانی",
    "شاهرخی",
];
pub const GIVEN_EN: [&str; 20] = [
    "Emma",
    "Oliver",
    "Sophia",
    "James",
    "Amelia",
    "William",
    "Charlotte",
    "Benjamin",
    "Harper",
    "Lucas",
    "Evelyn",
    "Henry",
    "Abigail",
    "Alexander",
    "Emily",
    "Daniel",
    "Grace",
    "Matthew",
    "Victoria",
    "Samuel",
];
pub const FAMILY_EN: [&str; 24] = [
    "Johnson",
    "Williams",
    "Anderson",
    "Thompson",
    "Robinson",
    "Mitchell",
    "Campbell",
    "Phillips",
    "Henderson",
    "Patterson",
    "Richardson",
    "Crawford",
    "Gallagher",
    "Hutchinson",
    "Whitfield",
    "Blackwood",
    "Fitzgerald",
    "Montgomery",
    "Sutherland",
    "Armstrong",
    "Kowalski",
    "Lindqvist",
    "Nakamura",
    "Okonkwo",
];
pub const TRADES_FA: [&str; 12] = [
    "فولاد",
    "صنایع غذایی",
    "بازرگانی",
    "نساجی",
    "داروسازی",
    "کاشی",
    "لاستیک",
    "چاپ",
    "حمل و نقل",
    "ساختمانی",
    "پتروشیمی",
    "کشاورزی",
];
pub const TRADES_EN: [&str; 8] = ["Steel", "Foods", "Trading", "Textiles", "Pharma", "Logistics", "Printing", "Energy"];
pub const CITIES: [(&str, &str); 16] = [
    ("تهران", "تهران"),
    ("اصفهان", "اصفهان"),
    ("یزد", "یزد"),
    ("فارس", "شیراز"),
    ("خراسان رضوی", "مشهد"),
    ("آذربایجان شرقی", "تبریز"),
    ("البرز", "کرج"),
    ("قم", "قم"),
    ("گیلان", "رشت"),
    ("خوزستان", "اهواز"),
    ("کرمان", "کرمان"),
    ("همدان", "همدان"),
    ("مازندران", "ساری"),
    ("گلستان", "گرگان"),
    ("قزوین", "قزوین"),
    ("سمنان", "سمنان"),
];
pub const STREETS: [&str; 12] = [
    "خیابان آزادی",
    "بلوار کشاورز",
    "خیابان ولیعصر",
    "خیابان چهارباغ",
    "بلوار جمهوری",
    "خیابان امام خمینی",
    "خیابان فردوسی",
    "کوچهٔ بهار",
    "خیابان مطهری",
    "بلوار معلم",
    "خیابان سعدی",
    "میدان نقش جهان",
];
pub const STREETS_EN: [&str; 6] = [
    "High Street",
    "Station Road",
    "Mill Lane",
    "Church Street",
    "Victoria Road",
    "Park Avenue",
];

/// Numbers that look random and are the same in every run (SplitMix64).
#[derive(Debug, Clone)]
pub struct Dice(pub u64);

impl Dice {
    /// Any number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }
    /// One of a list.
    pub fn one<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }
}
