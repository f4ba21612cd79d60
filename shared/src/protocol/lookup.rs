//! Finds the inputs of a schema by name.

use std::collections::HashMap;

use crate::dataset::Field;

/// From which similarity (at most 1) on a name may be meant for another.
const SIMILAR: f64 = 0.75;

/// Finds inputs by name. Clients send them in the schema's order, or in the same
/// order in each row: so the place of the last time is tried before a hash table
/// is made.
#[derive(Debug)]
pub(super) struct Lookup<'s> {
    inputs: &'s [Field],
    guesses: Vec<usize>,
    index: Option<HashMap<&'s str, usize>>,
}

impl<'s> Lookup<'s> {
    pub(super) fn new(inputs: &'s [Field]) -> Self {
        Self { inputs, guesses: Vec::new(), index: None }
    }

    /// The input called `name`, which stands at `position` in the request.
    pub(super) fn find(&mut self, position: usize, name: &str) -> Option<usize> {
        let guess = self.guesses.get(position).copied().unwrap_or(position);
        if self.inputs.get(guess).is_some_and(|field| field.name == name) {
            return Some(guess);
        }
        let inputs = self.inputs;
        let index = self.index.get_or_insert_with(|| {
            inputs.iter().enumerate().map(|(at, field)| (field.name.as_str(), at)).collect()
        });
        let found = *index.get(name)?;
        while self.guesses.len() <= position.min(inputs.len()) {
            self.guesses.push(self.guesses.len());
        }
        if let Some(guess) = self.guesses.get_mut(position) {
            *guess = found;
        }
        Some(found)
    }

    /// The input with the most similar name, in capitals or not, when one is similar.
    pub(super) fn nearest(&self, name: &str) -> Option<&'s str> {
        let similarity = |field: &Field| match name.len().max(field.name.len()) {
            // The comparison's time grows with the product of the lengths.
            0..=128 => strsim::jaro(&name.to_lowercase(), &field.name.to_lowercase()),
            _ => 0.0,
        };
        self.inputs
            .iter()
            .map(|field| (similarity(field), field))
            .filter(|(similarity, _)| *similarity >= SIMILAR)
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, field)| field.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Kind;

    #[test]
    fn inputs_are_found_in_any_order_and_unknown_ones_are_not() {
        let inputs = ["age", "fare", "city"].map(|name| Field::new(name, Kind::Fractional, false));
        let mut lookup = Lookup::new(&inputs);
        assert_eq!(lookup.find(0, "age"), Some(0));
        assert!(lookup.index.is_none(), "the schema's order needs no hash table");
        for _ in 0..2 {
            assert_eq!(lookup.find(0, "city"), Some(2));
            assert_eq!(lookup.find(1, "age"), Some(0));
            assert_eq!(lookup.find(9, "fare"), Some(1));
            assert_eq!(lookup.find(2, "name"), None);
        }
        assert_eq!(lookup.nearest("fair"), Some("fare"));
        assert_eq!(lookup.nearest("AGE"), Some("age"));
        assert_eq!(lookup.nearest("x"), None);
        assert_eq!(lookup.nearest(&"fare".repeat(1_000_000)), None);
    }
}
