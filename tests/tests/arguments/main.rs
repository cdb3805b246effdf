//! Arguments that do not fit: what is repaired, what is not, and what a model reads of the rest.

mod client;
mod defaults;
mod fixture;
mod hard;
mod laws;
mod tables;

use client::{Answer, Client};

#[tokio::test]
async fn wrong_arguments_are_explained() {
    let rows = tables::check("wrong.txt").await;
    assert!(rows.len() >= 90, "{}", rows.len());
    let mut client = Client::open().await;
    for row in rows {
        let Answer::Refused(text) = &row.answer else { panic!("{} was taken: {:?}", row.call, row.answer) };
        for word in
            [" at line ", "serde", "struct ", "enum `", "untagged", "variant", "u8", "i64", "f64", "Vec<", "Option"]
        {
            assert!(!text.contains(word), "{word:?} is no word of a model's: {}\n{text}", row.call);
        }
        assert!(text.len() < 2048, "{} letters: {}", text.len(), row.call);
        // The example is right.
        if let Some(call) = tables::example(&row.call, text) {
            let answer = client.call(&call).await;
            assert!(matches!(answer, Answer::Got(_)), "the example of {} is refused: {call}\n{answer:?}", row.call);
        }
    }
}

#[tokio::test]
async fn what_is_meant_is_repaired() {
    let rows = tables::check("repairs.txt").await;
    assert!(rows.len() >= 45, "{}", rows.len());
    for row in rows {
        assert!(matches!(row.answer, Answer::Got(_)), "{} was refused: {:?}", row.call, row.answer);
    }
}

#[tokio::test]
async fn what_may_be_meant_otherwise_is_kept() {
    let rows = tables::check("kept.txt").await;
    assert!(rows.len() >= 25, "{}", rows.len());
}
