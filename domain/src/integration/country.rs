//! Countries by code and by name. A record holds the ISO 3166-1 alpha-2 code; files from people hold names.
use super::headings::key;
use super::value::Refusal;
use crate::core::problem::Code;
use celes::LookupTable;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The alpha-2 code of a country given as alpha-2, alpha-3, or a name: in English (`celes`, ISO 3166-1 with the usual short
/// names) or Persian, and for the countries around, in their own tongue or German and French.
///
/// # Errors
/// `not_allowed` for anything else: a name is not guessed at.
pub fn country(cell: &str) -> Result<String, Refusal> {
    let key = key(cell);
    let code = celes::Country::from_alpha2(&key)
        .or_else(|_| celes::Country::from_alpha3(&key))
        .ok()
        .filter(assigned);
    let code = code.map(|country| country.alpha2).or_else(|| NAMES.get(key.as_str()).copied());
    code.map(str::to_owned)
        .ok_or_else(|| (Code::NotAllowed, vec![("allowed", "ISO 3166-1".to_owned())]))
}

/// Kosovo's XK is in use but no code of ISO 3166-1.
fn assigned(country: &celes::Country) -> bool {
    country.alpha2 != "XK"
}

static NAMES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    let countries: Vec<celes::Country> = celes::Country::get_countries().into_iter().filter(assigned).collect();
    // An official name goes before another country's alias: Samoa is not American Samoa.
    for country in &countries {
        let long = key(country.long_name);
        if let Some(short) = long.strip_prefix("the") {
            names.insert(short.to_owned(), country.alpha2);
        }
        names.insert(long, country.alpha2);
    }
    for country in &countries {
        for alias in country.aliases.iter() {
            names.entry(key(alias)).or_insert(country.alpha2);
        }
    }
    for (code, others) in OTHER_NAMES {
        names.extend(others.split('|').map(|name| (key(name), *code)));
    }
    names
});

/// Names that celes does not have, by code.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("AD", "آندورا"),
    ("AE", "UAE|امارات|امارات متحده عربی"),
    ("AF", "افغانستان"),
    ("AL", "آلبانی"),
    ("AM", "ارمنستان"),
    ("AO", "آنگولا"),
    ("AR", "آرژانتین|Argentinien|Argentine"),
    ("AT", "Österreich|Autriche|اتریش"),
    ("AU", "استرالیا|Australien|Australie"),
    ("AZ", "آذربایجان|جمهوری آذربایجان|Aserbaidschan"),
    ("BA", "بوسنی|بوسنی و هرزگوین"),
    ("BD", "بنگلادش"),
    ("BE", "Belgien|Belgique|België|بلژیک"),
    ("BG", "بلغارستان|Bulgarien|Bulgarie"),
    ("BH", "بحرین"),
    ("BN", "برونئی"),
    ("BO", "بولیوی|Bolivia, Plurinational State of|Plurinational State of Bolivia"),
    ("BR", "برزیل|Brasil|Brasilien|Brésil"),
    ("BT", "بوتان"),
    ("BY", "بلاروس|روسیه سفید"),
    ("CA", "کانادا|Kanada"),
    ("CD", "کنگو کینشاسا|جمهوری دموکراتیک کنگو"),
    ("CG", "کنگو|Republic of the Congo"),
    ("CH", "Schweiz|Suisse|Svizzera|سوئیس|سوییس"),
    ("CI", "ساحل عاج"),
    ("CL", "شیلی|Chili"),
    ("CM", "کامرون"),
    ("CN", "چین|China, People's Republic of|People's Republic of China|Chine"),
    ("CO", "کلمبیا|Kolumbien"),
    ("CR", "کاستاریکا"),
    ("CU", "کوبا|Kuba"),
    ("CY", "قبرس|Zypern|Chypre"),
    ("CZ", "جمهوری چک|چک|Tschechien|Česko|Tchéquie"),
    ("DE", "Deutschland|Allemagne|آلمان|المان"),
    ("DK", "دانمارک|Danmark|Dänemark|Danemark"),
    ("DZ", "الجزایر|Algerien|Algérie"),
    ("EC", "اکوادور"),
    ("EE", "استونی|Estland"),
    ("EG", "مصر|Ägypten|Égypte"),
    ("ES", "España|Spanien|Espagne|اسپانیا"),
    ("ET", "اتیوپی"),
    ("FI", "Suomi|Finnland|Finlande|فنلاند"),
    ("FR", "Frankreich|فرانسه"),
    (
        "GB",
        "UK|U.K.|Wales|Großbritannien|Vereinigtes Königreich|Royaume-Uni|انگلستان|انگلیس|بریتانیا|پادشاهی متحده",
    ),
    ("GE", "گرجستان|Georgien|Géorgie"),
    ("GH", "غنا"),
    ("GR", "یونان|Griechenland|Grèce"),
    ("HK", "هنگ کنگ"),
    ("HR", "کرواسی|Kroatien|Hrvatska"),
    ("HU", "مجارستان|Ungarn|Magyarország|Hongrie"),
    ("ID", "اندونزی|Indonesien"),
    ("IE", "ایرلند|Irland|Irlande|Republic of Ireland"),
    ("IL", "اسرائیل"),
    ("IN", "هند|هندوستان|Indien|Inde"),
    ("IQ", "عراق|Irak"),
    ("IR", "ایران|جمهوری اسلامی ایران|Iran (Islamic Republic of)|Persien"),
    ("IS", "ایسلند|Island"),
    ("IT", "Italia|Italien|Italie|ایتالیا"),
    ("JO", "اردن|Jordanien"),
    ("JP", "ژاپن|Japon"),
    ("KE", "کنیا|Kenia"),
    ("KG", "قرقیزستان"),
    ("KH", "کامبوج"),
    ("KP", "کره شمالی|Korea (Democratic People's Republic of)"),
    ("KR", "کره جنوبی|Korea|Korea, Republic of|Südkorea|Corée du Sud"),
    ("KW", "کویت"),
    ("KZ", "قزاقستان|Kasachstan"),
    ("LA", "لائوس"),
    ("LB", "لبنان|Libanon|Liban"),
    ("LI", "لیختن‌اشتاین"),
    ("LK", "سریلانکا"),
    ("LT", "لیتوانی|Litauen"),
    ("LU", "لوکزامبورگ|Luxemburg"),
    ("LV", "لتونی|Lettland"),
    ("LY", "لیبی|Libyen"),
    ("MA", "مراکش|Marokko|Maroc"),
    ("MC", "موناکو"),
    ("MD", "مولداوی|Moldova, Republic of"),
    ("ME", "مونته‌نگرو"),
    ("MG", "ماداگاسکار"),
    ("MK", "مقدونیه|مقدونیه شمالی"),
    ("MM", "میانمار"),
    ("MN", "مغولستان"),
    ("MT", "مالت"),
    ("MV", "مالدیو"),
    ("MX", "مکزیک|México|Mexiko|Mexique"),
    ("MY", "مالزی"),
    ("NG", "نیجریه"),
    ("NL", "هلند|Niederlande|Nederland|Pays-Bas"),
    ("NO", "نروژ|Norge|Norwegen|Norvège"),
    ("NP", "نپال"),
    ("NZ", "نیوزیلند|زلاند نو"),
    ("OM", "عمان"),
    ("PA", "پاناما"),
    ("PE", "پرو"),
    ("PH", "فیلیپین"),
    ("PK", "پاکستان"),
    ("PL", "لهستان|Polen|Polska|Pologne"),
    ("PS", "فلسطین|Palestine, State of"),
    ("PT", "پرتغال"),
    ("PY", "پاراگوئه"),
    ("QA", "قطر|Katar"),
    ("RO", "رومانی|Rumänien|România"),
    ("RS", "صربستان|Serbien|Srbija"),
    ("RU", "روسیه|Russland|Russie|Россия"),
    ("SA", "عربستان|عربستان سعودی|Saudi-Arabien"),
    ("SD", "سودان"),
    ("SE", "سوئد|Sverige|Schweden|Suède"),
    ("SG", "سنگاپور"),
    ("SI", "اسلوونی|Slowenien"),
    ("SK", "اسلواکی|Slowakei"),
    ("SN", "سنگال"),
    ("SO", "سومالی"),
    ("SY", "سوریه|Syrien|Syrie"),
    ("TH", "تایلند"),
    ("TJ", "تاجیکستان"),
    ("TM", "ترکمنستان"),
    ("TN", "تونس|Tunesien|Tunisie"),
    ("TR", "ترکیه|Türkei|Turquie"),
    ("TW", "تایوان|Taiwan, Province of China"),
    ("TZ", "تانزانیا|Tanzania, United Republic of"),
    ("UA", "اوکراین|Україна"),
    ("UG", "اوگاندا"),
    ("US", "ایالات متحده|ایالات متحده آمریکا|آمریکا|امریکا|Vereinigte Staaten|États-Unis"),
    ("UY", "اروگوئه"),
    ("UZ", "ازبکستان|Usbekistan"),
    ("VA", "واتیکان"),
    ("VE", "ونزوئلا|Venezuela, Bolivarian Republic of"),
    ("VN", "ویتنام"),
    ("YE", "یمن|Jemen"),
    ("ZA", "آفریقای جنوبی|افریقای جنوبی|Südafrika"),
    ("ZM", "زامبیا"),
    ("ZW", "زیمبابوه"),
];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn countries_are_known_by_code_and_by_name() {
        for (name, code) in [
            ("ir", "IR"),
            ("IRN", "IR"),
            ("Iran", "IR"),
            ("ایران", "IR"),
            ("ایران ", "IR"),
            ("جمهوري اسلامي ايران", "IR"),
            ("USA", "US"),
            ("U.S.A.", "US"),
            ("آمریکا", "US"),
            ("United Kingdom", "GB"),
            ("UK", "GB"),
            ("Deutschland", "DE"),
            ("تركيه", "TR"),
            ("Brazil", "BR"),
            ("Österreich", "AT"),
            ("Allemagne", "DE"),
            ("Czech Republic", "CZ"),
            ("The Netherlands", "NL"),
            ("Côte d'Ivoire", "CI"),
            ("Viet Nam", "VN"),
            ("South Korea", "KR"),
            ("کرهٔ جنوبی", "KR"),
            ("Samoa", "WS"),
            ("American Samoa", "AS"),
            ("Iran (Islamic Republic of)", "IR"),
            ("Iran, Islamic Republic of", "IR"),
            ("Niger", "NE"),
            ("Nigeria", "NG"),
        ] {
            assert_eq!(country(name).as_deref(), Ok(code), "{name}");
        }
        for name in ["Atlantis", "XX", "ZZZ", "۱۲", ""] {
            assert_eq!(country(name).unwrap_err().0, Code::NotAllowed, "{name}");
        }
    }

    #[test]
    fn a_name_stands_for_one_country_only() {
        let mut seen: HashMap<String, &str> = HashMap::new();
        for (code, names) in OTHER_NAMES {
            assert!(celes::Country::from_alpha2(code).is_ok(), "{code}");
            for name in names.split('|') {
                let before = seen.insert(key(name), code);
                assert!(before.is_none_or(|b| b == *code), "{name}");
            }
        }
        for country in celes::Country::get_countries().iter().filter(|c| assigned(c)) {
            assert_eq!(
                super::country(country.long_name).as_deref(),
                Ok(country.alpha2),
                "{}",
                country.long_name
            );
            assert_eq!(super::country(country.alpha3).as_deref(), Ok(country.alpha2));
        }
    }
}
