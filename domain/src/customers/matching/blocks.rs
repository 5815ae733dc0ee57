//! Blocking: which customers are compared at all. Only those that share a key are, so that a million customers are not half a billion
//! pairs; each has several keys, so that a typing error in one does not hide it.
use super::Profile;
use std::collections::BTreeSet;

/// A name by its sound: consonants alone, alike for letters that sound alike, in Persian and in Latin writing. «کریمی» and `Karimi` are
/// both `krm`; «ثریا» and «سریا» are one.
pub fn sound(text: &str) -> String {
    let mut out = String::new();
    let mut last = None;
    let latin = text
        .replace("sh", "š")
        .replace("ch", "č")
        .replace("kh", "x")
        .replace("gh", "q")
        .replace("zh", "ž")
        .replace("ph", "f");
    for c in latin.chars() {
        let sound = match c {
            'ص' | 'ث' | 'س' | 's' => 's',
            'ذ' | 'ض' | 'ظ' | 'ز' | 'z' => 'z',
            'ت' | 'ط' | 't' => 't',
            'ح' | 'ه' | 'h' => 'h',
            'ق' | 'غ' | 'q' => 'q',
            'ک' | 'k' | 'c' => 'k',
            'ش' | 'š' => 'š',
            'چ' | 'č' => 'č',
            'خ' | 'x' => 'x',
            'ژ' | 'ž' => 'ž',
            'ب' | 'b' => 'b',
            'پ' | 'p' => 'p',
            'ج' | 'j' => 'j',
            'د' | 'd' => 'd',
            'ر' | 'r' => 'r',
            'ف' | 'f' => 'f',
            'گ' | 'g' => 'g',
            'ل' | 'l' => 'l',
            'م' | 'm' => 'm',
            'ن' | 'n' => 'n',
            // Vowels, and what is one in one of the two writings.
            'ا' | 'ع' | 'ی' | 'و' | 'ء' | 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'v' | 'w' => {
                last = None;
                continue;
            }
            c if c.is_alphanumeric() => c,
            _ => continue,
        };
        if last != Some(sound) {
            out.push(sound);
        }
        last = Some(sound);
    }
    out
}

/// The keys of a customer: two are compared when they share one.
pub fn keys(profile: &Profile) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let first = |text: &str, n: usize| text.chars().take(n).collect::<String>();
    keys.extend(profile.identity.iter().map(|id| format!("id:{id}")));
    keys.extend(profile.emails.iter().map(|email| format!("em:{email}")));
    keys.extend(profile.phones.iter().map(|phone| format!("ph:{phone}")));
    if let Some(name) = &profile.organization {
        let sound = sound(name);
        keys.insert(format!("or:{}", first(&sound, 8)));
        let mut words: Vec<String> = name.split(' ').map(self::sound).collect();
        words.sort_unstable();
        keys.insert(format!("ow:{}", words.join(" ")));
        return keys;
    }
    keys.extend(profile.birth_date.map(|date| format!("bd:{date}")));
    let names: Vec<String> = [&profile.given, &profile.family]
        .into_iter()
        .flatten()
        .map(|name| sound(name))
        .collect();
    // Whichever of the two stands first.
    let mut sorted = names.clone();
    sorted.sort_unstable();
    if names.len() == 2 {
        keys.insert(format!("nn:{}", sorted.join(" ")));
    }
    for name in names.iter().filter(|n| n.chars().count() > 1) {
        let places = profile
            .postal_codes
            .iter()
            .map(|p| format!("p{p}"))
            .chain(profile.cities.iter().map(|c| format!("c{}", sound(c))));
        keys.extend(places.map(|place| format!("np:{name} {place}")));
        keys.extend(profile.birth_date.map(|date| format!("nb:{name} {}", date.format("%Y"))));
    }
    for street in &profile.streets {
        keys.insert(format!("st:{}", first(&sound(street), 10)));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sounds_alike_is_alike_in_both_writings() {
        let rows = [
            ("کریمی", "karimi"),
            ("حسینی", "hoseini"),
            ("شیرازی", "shirazi"),
            ("خسروی", "khosravi"),
            ("ثریا", "سریا"),
            ("smith", "smyth"),
        ];
        for (a, b) in rows {
            assert_eq!(sound(a), sound(b), "{a} {b}");
        }
        assert_ne!(sound("کریمی"), sound("رحیمی"));
    }

    #[test]
    fn swapped_names_share_a_key() {
        let mut a = Profile::empty();
        (a.given, a.family) = (Some("علی".to_owned()), Some("کریمی".to_owned()));
        let mut b = a.clone();
        (b.given, b.family) = (a.family.clone(), a.given.clone());
        assert_eq!(keys(&a), keys(&b));
    }
}
