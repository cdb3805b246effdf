//! Alternatives that say which one they are.

use super::rules::{Id, Kinds, Node, Rest, Rules};
use super::tree::Tree;

/// How alternatives that are objects are told apart.
pub(super) struct Tag {
    /// The property that says which one it is; none where the only key does.
    pub(super) name: Option<String>,
    pub(super) variants: Vec<(String, Id)>,
}

impl Tag {
    /// The tag of a node's alternatives, if they have one.
    pub(super) fn of(rules: &Rules, node: &Node) -> Option<Tag> {
        let objects: Vec<(Id, &Node)> = node
            .any_of
            .iter()
            .map(|id| (*id, rules.resolved(*id)))
            .filter(|(_, member)| member.kinds == Kinds::OBJECT)
            .collect();
        let (_, first) = objects.first()?;
        if objects.len() < 2 {
            return None;
        }
        let constant = |member: &Node, name: &str| -> Option<Vec<String>> {
            let choices = rules.resolved(member.property(name)?).choices.as_ref()?;
            choices
                .iter()
                .map(|choice| if let Tree::Text(text) = choice { Some(text.to_string()) } else { None })
                .collect()
        };
        for (name, _) in &first.properties {
            let variants: Option<Vec<(String, Id)>> = objects
                .iter()
                .map(|(id, member)| {
                    let required = member.required.iter().any(|required| required == name);
                    let values = constant(member, name).filter(|_| required)?;
                    Some(values.into_iter().map(move |value| (value, *id)))
                })
                .collect::<Option<Vec<_>>>()
                .map(|variants| variants.into_iter().flatten().collect());
            if let Some(variants) = variants {
                return Some(Tag { name: Some(name.clone()), variants });
            }
        }
        let only = |member: &Node| match (member.properties.as_slice(), member.required.as_slice(), member.rest) {
            ([(name, _)], [required], Rest::None) if name == required => Some(name.clone()),
            _ => None,
        };
        let variants: Option<Vec<_>> = objects.iter().map(|(id, member)| Some((only(member)?, *id))).collect();
        Some(Tag { name: None, variants: variants? })
    }

    /// The alternative that a value says it is; or what it says instead.
    pub(super) fn chosen<'t>(&self, value: &Tree<'t>) -> Result<Id, Option<Tree<'t>>> {
        let said = match (&self.name, value) {
            (Some(name), _) => value.get(name).cloned(),
            (None, Tree::Object(entries)) => match entries.as_slice() {
                [(name, _)] => Some(Tree::Text(name.clone())),
                _ => None,
            },
            _ => None,
        };
        let Some(said) = said else { return Err(None) };
        let variant = self.variants.iter().find(|(name, _)| matches!(&said, Tree::Text(text) if text == name));
        variant.map(|(_, id)| *id).ok_or(Some(said))
    }
}
