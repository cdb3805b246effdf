//! State that all calls share. `cargo run --example 04_state -- call lend title=Emma reader=Ada`

use lmcp::{State, tool};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Books = BTreeMap<String, Option<String>>;

/// Who has each book. A state is cloned for each call, so what is shared stands in an `Arc`.
#[derive(Clone)]
struct Library(Arc<Mutex<Books>>);

impl Library {
    /// A `state` may be a `Result`: an error here ends the program before it serves.
    fn open(catalogue: &str) -> Result<Library, String> {
        let books: Books = catalogue.lines().map(|title| (title.to_owned(), None)).collect();
        if books.is_empty() { Err("the catalogue is empty".into()) } else { Ok(Library(Arc::new(Mutex::new(books)))) }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// There is one state of each type, so a number gets a type of its own.
#[derive(Clone, Copy)]
struct Days(u32);

/// Titles that are on the shelf.
#[tool(read_only)]
fn shelf(State(library): State<Library>) -> Vec<String> {
    library.books().iter().filter(|(_, reader)| reader.is_none()).map(|(title, _)| title.clone()).collect()
}

/// Lend a book to a reader.
#[tool]
fn lend(
    State(library): State<Library>,
    State(Days(days)): State<Days>,
    /// As `shelf` has it.
    title: String,
    /// Who takes it home.
    reader: String,
) -> Result<String, String> {
    match library.books().get_mut(&title) {
        None => Err(format!("there is no {title:?}; `shelf` has the titles")),
        Some(Some(other)) => Err(format!("{other} has {title:?}")),
        Some(free) => {
            *free = Some(reader.clone());
            Ok(format!("{reader} has {title:?} for {days} days"))
        }
    }
}

fn main() {
    lmcp::serve!(state = Library::open("Emma\nMiddlemarch\nUlysses"), state = Days(14))
}
