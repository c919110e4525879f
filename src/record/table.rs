//! A table of named columns, each with its unit.

use thiserror::Error;

/// The cells of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Numbers; NaN where there is nothing to say.
    Number(Vec<f64>),
    /// Words.
    Text(Vec<String>),
}

impl Values {
    /// How many rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Number(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A named column; in a file its header is `name [unit]`, or `name` alone for a pure number.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// What the numbers are, in `snake_case`.
    pub name: String,
    /// Their unit, empty for a pure number: `bit`, `dB`, `%`.
    pub unit: String,
    /// The cells.
    pub values: Values,
}

/// Columns of equal length under one name.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    name: String,
    // Invariant: equal lengths, distinct names.
    columns: Vec<Column>,
}

/// Why columns are not a table, or a table has not what was asked of it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TableError {
    /// Columns of different length.
    #[error("table {table}: column {column} has {rows} rows, the first column has {expected}")]
    Ragged {
        /// The table.
        table: String,
        /// The offending column.
        column: String,
        /// Its length.
        rows: usize,
        /// The length of the first column.
        expected: usize,
    },
    /// Two columns share a name.
    #[error("table {table}: there are two columns called {column}")]
    Repeated {
        /// The table.
        table: String,
        /// The name.
        column: String,
    },
    /// No such column, or one of the other type.
    #[error("table {table} has no column of {kind} called {column}; it has {known}")]
    NoColumn {
        /// The table.
        table: String,
        /// The name asked for.
        column: String,
        /// `numbers` or `words`.
        kind: &'static str,
        /// The columns there are.
        known: String,
    },
}

impl Table {
    /// A table of `columns`.
    ///
    /// # Errors
    ///
    /// When the columns differ in length or share a name.
    pub fn new(name: impl Into<String>, columns: Vec<Column>) -> Result<Self, TableError> {
        let name = name.into();
        let expected = columns.first().map_or(0, |column| column.values.len());
        for (index, column) in columns.iter().enumerate() {
            let rows = column.values.len();
            if rows != expected {
                let column = column.name.clone();
                return Err(TableError::Ragged { table: name, column, rows, expected });
            }
            if columns[..index].iter().any(|before| before.name == column.name) {
                return Err(TableError::Repeated { table: name, column: column.name.clone() });
            }
        }
        Ok(Self { name, columns })
    }

    /// The name, also the stem of its file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// The numbers of a column.
    ///
    /// # Errors
    ///
    /// When there is no such column, or it holds words.
    pub fn numbers(&self, column: &str) -> Result<&[f64], TableError> {
        match self.find(column) {
            Some(Values::Number(values)) => Ok(values),
            _ => Err(self.no_column(column, "numbers")),
        }
    }

    /// The words of a column.
    ///
    /// # Errors
    ///
    /// When there is no such column, or it holds numbers.
    pub fn words(&self, column: &str) -> Result<&[String], TableError> {
        match self.find(column) {
            Some(Values::Text(values)) => Ok(values),
            _ => Err(self.no_column(column, "words")),
        }
    }

    fn find(&self, column: &str) -> Option<&Values> {
        self.columns.iter().find(|known| known.name == column).map(|known| &known.values)
    }

    fn no_column(&self, column: &str, kind: &'static str) -> TableError {
        let known = self.columns.iter().map(|column| column.name.as_str());
        TableError::NoColumn {
            table: self.name.clone(),
            column: column.to_owned(),
            kind,
            known: known.collect::<Vec<_>>().join(", "),
        }
    }
}
