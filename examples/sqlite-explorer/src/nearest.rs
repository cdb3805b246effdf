//! Names that were meant.

/// What to say behind a name that there is none of.
pub(crate) fn did_you_mean(name: &str, known: &[String]) -> String {
    let near = known.iter().map(|other| (distance(name, other), other)).min();
    match near {
        Some((distance, other)) if distance <= 1 + name.chars().count() / 4 => format!("; did you mean {other:?}?"),
        Some(_) => format!("; there are {}", known.join(", ")),
        None => "; the database is empty".to_owned(),
    }
}

/// How many characters have to be put in, taken out or changed, whatever their case.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut left = i + 1;
        let mut above_left = std::mem::replace(&mut row[0], left);
        for (j, y) in b.chars().enumerate() {
            let above = row[j + 1];
            left = (above_left + usize::from(x != y)).min(left + 1).min(above + 1);
            above_left = std::mem::replace(&mut row[j + 1], left);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_told() {
        let known = ["orders".to_owned(), "customers".to_owned()];
        assert_eq!(did_you_mean("order", &known), "; did you mean \"orders\"?");
        assert_eq!(did_you_mean("Costumer", &known), "; did you mean \"customers\"?");
        assert_eq!(did_you_mean("x", &known), "; there are orders, customers");
        assert_eq!(did_you_mean("x", &[]), "; the database is empty");
    }
}
