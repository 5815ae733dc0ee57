//! placeholder until merged
/// Whether a control stands in it.
pub fn has_control(s: &str) -> bool {
    s.chars().any(|c| c.is_control() && c != '\n' && c != '\t')
}
/// fold
pub fn fold(s: &str) -> String {
    s.to_lowercase()
}
