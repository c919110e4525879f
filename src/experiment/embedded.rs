//! The paper's declarations and recipes, compiled in so that a lone binary can reproduce.

use super::declaration::Declaration;
use super::error::DeclarationError;
use super::recipe::Recipes;

/// Path and text of every declaration of `experiments/paper/`, in the order they run: what needs no
/// training first.
const PAPER: &[(&str, &str)] = &[
    ("experiments/paper/levels.toml", include_str!("../../experiments/paper/levels.toml")),
    ("experiments/paper/distortion.toml", include_str!("../../experiments/paper/distortion.toml")),
    ("experiments/paper/mismatch.toml", include_str!("../../experiments/paper/mismatch.toml")),
    ("experiments/paper/figure-1.toml", include_str!("../../experiments/paper/figure-1.toml")),
    ("experiments/paper/figure-3.toml", include_str!("../../experiments/paper/figure-3.toml")),
    ("experiments/paper/figure-2.toml", include_str!("../../experiments/paper/figure-2.toml")),
    ("experiments/paper/figure-4.toml", include_str!("../../experiments/paper/figure-4.toml")),
    ("experiments/paper/figure-5.toml", include_str!("../../experiments/paper/figure-5.toml")),
    ("experiments/paper/table-1.toml", include_str!("../../experiments/paper/table-1.toml")),
    ("experiments/paper/table-2.toml", include_str!("../../experiments/paper/table-2.toml")),
    ("experiments/paper/table-3.toml", include_str!("../../experiments/paper/table-3.toml")),
    ("experiments/paper/table-4.toml", include_str!("../../experiments/paper/table-4.toml")),
    ("experiments/paper/table-5.toml", include_str!("../../experiments/paper/table-5.toml")),
    ("experiments/paper/table-6.toml", include_str!("../../experiments/paper/table-6.toml")),
    ("experiments/paper/table-7.toml", include_str!("../../experiments/paper/table-7.toml")),
];

/// The recipes of `experiments/recipes.toml`.
const RECIPES: (&str, &str) =
    ("experiments/recipes.toml", include_str!("../../experiments/recipes.toml"));

/// Every declaration of the paper, in the order they run.
///
/// # Errors
///
/// When an embedded file is not a declaration, which a test rules out.
pub fn paper() -> Result<Vec<Declaration>, DeclarationError> {
    PAPER.iter().map(|(file, text)| Declaration::parse(file, text)).collect()
}

/// The recipes for every preset, data set and net.
///
/// # Errors
///
/// When the embedded file does not hold recipes, which a test rules out.
pub fn recipes() -> Result<Recipes, DeclarationError> {
    Recipes::parse(RECIPES.0, RECIPES.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_paper_is_embedded_and_parses() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/experiments/paper");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| format!("experiments/paper/{}", entry.unwrap().file_name().display()))
            .collect();
        let mut embedded: Vec<&str> = PAPER.iter().map(|(file, _)| *file).collect();
        files.sort_unstable();
        embedded.sort_unstable();
        assert_eq!(files, embedded);
        for (declaration, (file, _)) in paper().unwrap().iter().zip(PAPER) {
            assert_eq!(
                *file,
                format!("experiments/paper/{}.toml", declaration.id),
                "stem is the id"
            );
        }
        recipes().unwrap();
    }
}
