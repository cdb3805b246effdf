//! The name of a type as its author writes it.

/// A type's name, in which what is the standard library's goes without its path: `State<String>`, not
/// `State<alloc::string::String>`.
pub(crate) fn type_name<T: ?Sized>() -> String {
    as_written(std::any::type_name::<T>())
}

/// The same of a name that was kept.
pub(crate) fn as_written(name: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
    let mut written = String::with_capacity(name.len());
    let mut rest = name;
    while !rest.is_empty() {
        let (path, behind) = rest.split_at(rest.find(|c| !is_part(c)).unwrap_or(rest.len()));
        let is_std = ["std::", "core::", "alloc::"].iter().any(|root| path.starts_with(root));
        written.push_str(if is_std { path.rsplit("::").next().unwrap_or(path) } else { path });
        let (between, next) = behind.split_at(behind.find(is_part).unwrap_or(behind.len()));
        written.push_str(between);
        rest = next;
    }
    written
}

#[cfg(test)]
mod tests {
    use super::{as_written, type_name};
    use std::collections::HashMap;
    use std::sync::{Arc, Mutex};

    #[test]
    fn what_is_std_goes_without_its_path() {
        assert_eq!(type_name::<String>(), "String");
        assert_eq!(type_name::<Arc<Mutex<HashMap<u8, Option<&str>>>>>(), "Arc<Mutex<HashMap<u8, Option<&str>>>>");
        assert_eq!(type_name::<(Vec<[u8; 3]>, fn(u8) -> bool)>(), "(Vec<[u8; 3]>, fn(u8) -> bool)");
        assert_eq!(as_written("shop::stock::Std<alloc::vec::Vec<std_like::A>>"), "shop::stock::Std<Vec<std_like::A>>");
        assert_eq!(as_written("dyn core::any::Any + shop::B"), "dyn Any + shop::B");
    }
}
