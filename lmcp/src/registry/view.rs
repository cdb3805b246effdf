//! What one caller sees of a list: the items whose scopes he has.

use crate::auth::access::Access;

type Scopes = &'static [&'static str];

/// Which scopes the items of a list need. Empty, and free of cost, where none needs any.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Each set of scopes once.
    sets: Vec<Scopes>,
    /// For each item its set; nothing at all where all sets are empty.
    of: Vec<usize>,
}

/// Which of a list's sets of scopes a caller has; nothing if he sees everything.
#[derive(Debug)]
pub(crate) struct View(Option<Vec<bool>>);

impl Needs {
    pub(crate) fn new(items: impl Iterator<Item = Scopes>) -> Self {
        let mut needs = Needs::default();
        for scopes in items {
            let known = needs.sets.iter().position(|set| *set == scopes);
            needs.of.push(known.unwrap_or(needs.sets.len()));
            if known.is_none() {
                needs.sets.push(scopes);
            }
        }
        if needs.sets.iter().all(|set| set.is_empty()) { Needs::default() } else { needs }
    }

    pub(crate) fn view(&self, access: &Access) -> View {
        // A call has nothing to do with this: it is for lists and for names that are wrong.
        let has: Vec<bool> = self.sets.iter().map(|set| access.has(set)).collect();
        View((!has.iter().all(|has| *has)).then_some(has))
    }

    /// Whether the item at this place is seen.
    pub(crate) fn shows(&self, at: usize, view: &View) -> bool {
        let View(Some(has)) = view else { return true };
        self.of.get(at).and_then(|set| has.get(*set)).copied().unwrap_or(false)
    }
}

impl View {
    /// Of somebody who sees everything.
    #[cfg(feature = "cli")]
    pub(crate) const ALL: View = View(None);

    pub(crate) fn is_whole(&self) -> bool {
        self.0.is_none()
    }
}
