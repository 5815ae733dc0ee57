//! What organizations are called and do, what people do in them, and what is noted about both.

/// A branch of trade in both languages: the word companies begin with, the field of work, what such a customer asks for.
#[derive(Debug)]
pub struct Trade {
    pub fa: &'static str,
    pub en: &'static str,
    pub field_fa: &'static str,
    pub field_en: &'static str,
    pub asks_fa: &'static str,
    pub asks_en: &'static str,
}

const fn trade(
    fa: &'static str,
    en: &'static str,
    field_fa: &'static str,
    field_en: &'static str,
    asks_fa: &'static str,
    asks_en: &'static str,
) -> Trade {
    Trade {
        fa,
        en,
        field_fa,
        field_en,
        asks_fa,
        asks_en,
    }
}

pub const TRADES: &[Trade] = &[
    trade("فولاد", "Steel", "تولید فولاد", "steel making", "ورق", "sheet"),
    trade("کاشی", "Tiles", "کاشی و سرامیک", "tiles and ceramics", "کاشی", "tiles"),
    trade("نساجی", "Textiles", "نساجی", "textiles", "پارچه", "fabric"),
    trade("صنایع غذایی", "Foods", "صنایع غذایی", "food", "خشکبار", "dried fruit"),
    trade("داروسازی", "Pharma", "دارو", "pharmaceuticals", "دارو", "medicine"),
    trade("بازرگانی", "Trading", "بازرگانی", "wholesale trade", "صادرات", "export"),
    trade("حمل‌ونقل", "Logistics", "حمل‌ونقل", "transport", "حمل", "freight"),
    trade("ساختمانی", "Construction", "ساخت‌وساز", "construction", "سیمان", "cement"),
    trade("پتروشیمی", "Chemicals", "پتروشیمی", "chemicals", "پلیمر", "polymers"),
    trade("رایانه", "Software", "نرم‌افزار", "software", "نرم‌افزار", "software"),
    trade(
        "چاپ",
        "Printing",
        "چاپ و بسته‌بندی",
        "printing and packaging",
        "بسته‌بندی",
        "packaging",
    ),
    trade("کشاورزی", "Farms", "کشاورزی", "farming", "بذر", "seed"),
    trade("انرژی", "Energy", "انرژی خورشیدی", "solar energy", "پنل خورشیدی", "solar panels"),
    trade("مبلمان", "Furniture", "مبل و چوب", "furniture", "چوب", "timber"),
    trade("معدن", "Mining", "معدن", "mining", "سنگ‌آهن", "iron ore"),
    trade("هتل", "Hotels", "گردشگری", "hospitality", "رزرو گروهی", "group bookings"),
    trade("قطعه‌سازی", "Components", "قطعات خودرو", "car parts", "قطعه", "parts"),
    trade("فرش", "Carpets", "فرش دستباف", "hand-knotted carpets", "فرش", "carpets"),
];

pub const STEMS_FA: &[&str] = &[
    "کویر",
    "آریا",
    "بهارستان",
    "سپهر",
    "البرز",
    "دماوند",
    "پارس",
    "زاگرس",
    "نوین",
    "آسمان",
    "کیمیا",
    "ایساتیس",
    "سروش",
    "مهر",
    "زاینده‌رود",
    "پاسارگاد",
    "ارم",
    "توس",
    "سهند",
    "خزر",
    "نگین",
    "آفتاب",
    "پیشرو",
    "گلستان",
    "هیرکان",
    "راهیان",
    "بامداد",
    "کارون",
    "تابان",
    "یاقوت",
    "سیمرغ",
    "هما",
    "آناهیتا",
    "پایا",
];
pub const TAILS_FA: &[&str] = &["", "", " شرق", " جنوب", " مرکز", " گستر", " نو", " ایرانیان", " یزد", " پیوند"];

pub const STEMS_EN: &[&str] = &[
    "Harbour",
    "Northgate",
    "Redwood",
    "Kingfisher",
    "Meridian",
    "Silverlake",
    "Oakfield",
    "Beacon",
    "Pennine",
    "Thistle",
    "Blackbird",
    "Ironbridge",
    "Lowland",
    "Marlow",
    "Saltmarsh",
    "Westbourne",
    "Copperfield",
    "Highmoor",
    "Linden",
    "Foxglove",
    "Granite",
    "Juniper",
];
pub const TAILS_EN: &[&str] = &[" Ltd", " Ltd", " plc", " & Sons", " Group", " LLP"];

/// Positions in Persian and English.
pub const POSITIONS: &[(&str, &str)] = &[
    ("مدیر خرید", "Head of purchasing"),
    ("مدیرعامل", "Managing director"),
    ("کارشناس فروش", "Sales executive"),
    ("حسابدار", "Accountant"),
    ("مدیر مالی", "Finance director"),
    ("کارشناس فنی", "Technical specialist"),
    ("مدیر تولید", "Production manager"),
    ("انباردار", "Warehouse supervisor"),
    ("مسئول دفتر", "Office manager"),
    ("مهندس", "Engineer"),
    ("مدیر بازاریابی", "Marketing manager"),
    ("مشاور", "Consultant"),
];

/// Things worth noting in Persian and English.
pub const NOTES: &[(&str, &str)] = &[
    ("در نمایشگاه پارسال با ما آشنا شد.", "Met us at last year's trade fair."),
    ("تماس را بعدازظهر می‌پسندد.", "Prefers calls in the afternoon."),
    (
        "پیش‌فاکتور را پیش از پایان ماه می‌خواهد.",
        "Wants the quote before the end of the month.",
    ),
    ("پرداخت‌ها همیشه به‌موقع بوده است.", "Has always paid on time."),
    (
        "از تأخیر در تحویل گله داشت؛ پیگیری شود.",
        "Complained about a late delivery; follow up.",
    ),
    ("به قرارداد سالانه علاقه‌مند است.", "Interested in a yearly contract."),
    ("نامه‌ها به نشانی دوم فرستاده شود.", "Send letters to the second address."),
    ("نمونهٔ کالا برایش فرستاده‌ایم.", "We have sent samples."),
];
