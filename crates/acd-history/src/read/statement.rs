//! Statements with their parameters.

use std::fmt::Write as _;

use super::Tenant;
use crate::value::{Text, Value};

/// What follows the table in a statement, and its parameters in the order in which they stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Where {
    sql: String,
    parameters: Vec<Value>,
}

impl Where {
    /// Of the rows of a tenant.
    pub(crate) fn of(tenant: &Tenant) -> Self {
        let mut made = Self::default();
        made.sql += "WHERE tenant = $1";
        made.parameters.push(Value::Int(tenant.number));
        made
    }

    /// Where this holds too. Each `?` in it is one of these values.
    pub(crate) fn and(mut self, condition: &str, values: impl IntoIterator<Item = Value>) -> Self {
        self.sql += " AND ";
        self.push(condition, values);
        self
    }

    /// The same, if there is a value.
    pub(crate) fn and_if(self, condition: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.and(condition, [value.into()]),
            None => self,
        }
    }

    /// Where a column holds one of these texts; any, if there is none.
    pub(crate) fn one_of(self, column: &str, texts: &[String]) -> Self {
        if texts.is_empty() {
            return self;
        }
        let condition = format!("{column} IN ({})", marks(texts.len()));
        let texts = texts.iter().map(|text| Value::from(text.as_str()));
        self.and(&condition, texts)
    }

    /// In this order, and no more than so many.
    pub(crate) fn order(mut self, order: &str, most: usize) -> Self {
        _ = write!(self.sql, " ORDER BY {order} LIMIT {most}");
        self
    }

    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }

    pub(crate) fn parameters(&self) -> &[Value] {
        &self.parameters
    }

    /// A question mark stands for the next parameter; texts within statements have none.
    fn push(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        let mut pieces = condition.split('?');
        self.sql += pieces.next().unwrap_or_default();
        let mut values = values.into_iter();
        for piece in pieces {
            self.parameters.extend(values.next());
            _ = write!(self.sql, "${}", self.parameters.len());
            self.sql += piece;
        }
    }
}

/// So many question marks, as a list.
pub(super) fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(Text::from(text))
    }
}
