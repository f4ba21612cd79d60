//! Rows, each of which is a list, an object or, for a model of one input, a value.

use crate::protocol::builder::TableBuilder;
use crate::protocol::error::ProtocolError;
use crate::protocol::scan::{Scanner, Token};
use crate::protocol::violation::Reason;

/// Appends the rows of a list. The values of a row that is a list belong to the
/// columns in `order`; `None` is a column that was refused. Tells how many rows there are.
pub(super) fn read(
    member: &'static str,
    mut scanner: Scanner<'_>,
    order: &[Option<usize>],
    builder: &mut TableBuilder<'_>,
) -> Result<usize, ProtocolError> {
    match scanner.next() {
        Some(Token::ListStart) => {}
        other => {
            let found = other.map_or_else(String::new, |token| token.to_string());
            return Err(ProtocolError::Form { member, found, expected: "a list of rows" });
        }
    }
    let mut row = 0;
    while let Some(token) = scanner.next() {
        if token == Token::ListEnd {
            break;
        }
        builder.start_row(row)?;
        read_row(row, token, &mut scanner, order, builder);
        row += 1;
    }
    Ok(row)
}

fn read_row(
    row: usize,
    first: Token<'_>,
    scanner: &mut Scanner<'_>,
    order: &[Option<usize>],
    builder: &mut TableBuilder<'_>,
) {
    let found = match (first, order) {
        (Token::ObjectStart, _) => return read_object(row, scanner, builder),
        (Token::ListStart, _) => read_list(scanner, order, builder),
        (_, &[Some(only)]) => {
            builder.push(only, first);
            1
        }
        _ => 1,
    };
    if found != order.len() {
        builder.abandon_row(row, Reason::RowLength { found, expected: order.len() });
    }
}

/// Appends the values of a list, and tells how many there are.
fn read_list(
    scanner: &mut Scanner<'_>,
    order: &[Option<usize>],
    builder: &mut TableBuilder<'_>,
) -> usize {
    let mut found = 0;
    while let Some(token) = scanner.next() {
        if token == Token::ListEnd {
            break;
        }
        if let Some(&Some(column)) = order.get(found) {
            builder.push(column, token);
        }
        scanner.finish_value(token);
        found += 1;
    }
    found
}

/// Appends the values of an object to the columns that its keys name.
fn read_object(row: usize, scanner: &mut Scanner<'_>, builder: &mut TableBuilder<'_>) {
    let mut position = 0;
    while let Some(Token::Text(name)) = scanner.next() {
        let name = name.unescape().unwrap_or_default();
        let Some(value) = scanner.next() else { return };
        match builder.locate(position, &name) {
            Some(column) if builder.holds(column, row) => builder.refuse_repeated(column, row),
            Some(column) => builder.push(column, value),
            None => {}
        }
        scanner.finish_value(value);
        position += 1;
    }
    builder.end_record(row);
}
