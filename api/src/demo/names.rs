//! Names of people, as they are written and as they stand in an address of email. All are common; none is anyone's in particular.

/// How it is written, and in Latin letters.
pub type Name = (&'static str, &'static str);

#[rustfmt::skip]
pub const WOMEN_FA: &[Name] = &[
    ("زهرا", "zahra"), ("فاطمه", "fatemeh"), ("مریم", "maryam"), ("سارا", "sara"), ("نرگس", "narges"), ("الهام", "elham"),
    ("لیلا", "leila"), ("شیرین", "shirin"), ("پریسا", "parisa"), ("مهسا", "mahsa"), ("نیلوفر", "niloufar"), ("آزاده", "azadeh"),
    ("سمیرا", "samira"), ("رؤیا", "roya"), ("مینا", "mina"), ("ناهید", "nahid"), ("پروین", "parvin"), ("شهلا", "shahla"),
    ("گلناز", "golnaz"), ("یاسمن", "yasaman"), ("فرزانه", "farzaneh"), ("مژگان", "mozhgan"), ("ستاره", "setareh"), ("هانیه", "hanieh"),
    ("ژاله", "zhaleh"), ("بهاره", "bahareh"), ("کتایون", "katayoun"), ("طاهره", "tahereh"), ("آیدا", "aida"), ("ویدا", "vida"),
    ("مهرناز", "mehrnaz"), ("راضیه", "razieh"), ("ملیکا", "melika"), ("شقایق", "shaghayegh"), ("سپیده", "sepideh"), ("معصومه", "masoumeh"),
];

#[rustfmt::skip]
pub const MEN_FA: &[Name] = &[
    ("علی", "ali"), ("محمد", "mohammad"), ("رضا", "reza"), ("حسین", "hossein"), ("مهدی", "mehdi"), ("امیر", "amir"),
    ("حسن", "hassan"), ("سعید", "saeed"), ("بهرام", "bahram"), ("داریوش", "dariush"), ("کاوه", "kaveh"), ("آرش", "arash"),
    ("پویا", "pouya"), ("بابک", "babak"), ("فرهاد", "farhad"), ("جمشید", "jamshid"), ("کیوان", "keyvan"), ("نیما", "nima"),
    ("سینا", "sina"), ("مسعود", "masoud"), ("یاسر", "yaser"), ("ایرج", "iraj"), ("هوشنگ", "houshang"), ("شاهین", "shahin"),
    ("محمدرضا", "mohammadreza"), ("امیرحسین", "amirhossein"), ("عباس", "abbas"), ("اکبر", "akbar"), ("منوچهر", "manouchehr"), ("پیمان", "peyman"),
    ("کامران", "kamran"), ("سیاوش", "siavash"), ("مجید", "majid"), ("وحید", "vahid"), ("یوسف", "yousef"), ("صادق", "sadegh"),
];

#[rustfmt::skip]
pub const FAMILIES_FA: &[Name] = &[
    ("کریمی", "karimi"), ("احمدی", "ahmadi"), ("محمدی", "mohammadi"), ("حسینی", "hosseini"), ("رضایی", "rezaei"), ("موسوی", "mousavi"),
    ("جعفری", "jafari"), ("رحیمی", "rahimi"), ("صادقی", "sadeghi"), ("مرادی", "moradi"), ("قاسمی", "ghasemi"), ("اکبری", "akbari"),
    ("نوری", "nouri"), ("باقری", "bagheri"), ("زارع", "zare"), ("یزدانی", "yazdani"), ("شیرازی", "shirazi"), ("اصفهانی", "esfahani"),
    ("تبریزی", "tabrizi"), ("کاشانی", "kashani"), ("فرهادی", "farhadi"), ("کاظمی", "kazemi"), ("سلطانی", "soltani"), ("نجفی", "najafi"),
    ("عباسی", "abbasi"), ("طاهری", "taheri"), ("شریفی", "sharifi"), ("امینی", "amini"), ("بهرامی", "bahrami"), ("پورمحمدی", "pourmohammadi"),
    ("میرزایی", "mirzaei"), ("دهقان", "dehghan"), ("ملکی", "maleki"), ("حیدری", "heydari"), ("خسروی", "khosravi"), ("فلاح", "fallah"),
    ("نیک‌نام", "niknam"), ("راستگو", "rastgou"), ("مهرآیین", "mehrayin"), ("ابریشمی", "abrishami"), ("زرتشتی", "zartoshti"), ("کوهستانی", "kouhestani"),
    ("دستغیب", "dastgheyb"), ("هاشمی‌نسب", "hasheminasab"), ("گل‌محمدی", "golmohammadi"), ("چراغی", "cheraghi"), ("ژیان", "zhian"), ("ثابتی", "sabeti"),
    ("ضیایی", "ziaei"), ("غفاری", "ghaffari"), ("وکیلی", "vakili"), ("پناهی", "panahi"), ("قنبری", "ghanbari"), ("لاهوتی", "lahouti"),
];

#[rustfmt::skip]
pub const WOMEN_EN: &[Name] = &[
    ("Emma", "emma"), ("Olivia", "olivia"), ("Charlotte", "charlotte"), ("Amelia", "amelia"), ("Grace", "grace"), ("Hannah", "hannah"),
    ("Lucy", "lucy"), ("Alice", "alice"), ("Martha", "martha"), ("Rosalind", "rosalind"), ("Priya", "priya"), ("Aisha", "aisha"),
    ("Niamh", "niamh"), ("Zoë", "zoe"), ("Megan", "megan"), ("Harriet", "harriet"), ("Ngozi", "ngozi"), ("Fiona", "fiona"),
    ("Beatrice", "beatrice"), ("Yvonne", "yvonne"), ("Chloé", "chloe"), ("Ingrid", "ingrid"), ("Leila", "leila"), ("Joan", "joan"),
];

#[rustfmt::skip]
pub const MEN_EN: &[Name] = &[
    ("Oliver", "oliver"), ("George", "george"), ("Arthur", "arthur"), ("Thomas", "thomas"), ("James", "james"), ("Henry", "henry"),
    ("Samuel", "samuel"), ("Daniel", "daniel"), ("Callum", "callum"), ("Rhys", "rhys"), ("Imran", "imran"), ("Kwame", "kwame"),
    ("Seán", "sean"), ("Adrian", "adrian"), ("Philip", "philip"), ("Edward", "edward"), ("Ravi", "ravi"), ("Walter", "walter"),
    ("Marcus", "marcus"), ("Theo", "theo"), ("Gareth", "gareth"), ("Björn", "bjorn"), ("Omar", "omar"), ("Hugh", "hugh"),
];

#[rustfmt::skip]
pub const FAMILIES_EN: &[Name] = &[
    ("Smith", "smith"), ("Jones", "jones"), ("Taylor", "taylor"), ("Brown", "brown"), ("Evans", "evans"), ("Walker", "walker"),
    ("Wright", "wright"), ("Hughes", "hughes"), ("Clarke", "clarke"), ("Bennett", "bennett"), ("O'Brien", "obrien"), ("MacLeod", "macleod"),
    ("Patel", "patel"), ("Khan", "khan"), ("Okafor", "okafor"), ("Mensah", "mensah"), ("Müller", "mueller"), ("Novák", "novak"),
    ("Fletcher", "fletcher"), ("Whitfield", "whitfield"), ("Ashworth", "ashworth"), ("Pemberton", "pemberton"), ("Llewellyn", "llewellyn"), ("Sinclair", "sinclair"),
    ("Lindqvist", "lindqvist"), ("Romero", "romero"), ("Chowdhury", "chowdhury"), ("Nakamura", "nakamura"), ("Doyle", "doyle"), ("Hargreaves", "hargreaves"),
];
