//! XGBoost's document.

use serde::Serialize;
use serde_json::{Value, json};

use super::ExportError;
use super::names::Described;
use crate::learners::trees::{NodeView, Split, TreeEnsemble};

/// The parent of a root.
const NO_PARENT: i32 = i32::MAX;

/// One tree, as arrays over its nodes.
#[derive(Default, Serialize)]
struct Tree {
    id: usize,
    tree_param: Value,
    left_children: Vec<i32>,
    right_children: Vec<i32>,
    parents: Vec<i32>,
    split_indices: Vec<usize>,
    /// Thresholds, and the answers of leaves.
    split_conditions: Vec<f32>,
    split_type: Vec<u8>,
    default_left: Vec<u8>,
    base_weights: Vec<f32>,
    loss_changes: Vec<f32>,
    sum_hessian: Vec<f32>,
    /// The codes of all categorical splits; those of one split go right.
    categories: Vec<usize>,
    categories_nodes: Vec<usize>,
    categories_segments: Vec<usize>,
    categories_sizes: Vec<usize>,
}

#[derive(Serialize)]
struct Document {
    version: [u8; 3],
    learner: Learner,
}

#[derive(Serialize)]
struct Learner {
    attributes: Value,
    feature_names: Vec<String>,
    feature_types: Vec<&'static str>,
    gradient_booster: Booster,
    learner_model_param: Value,
    objective: Value,
}

#[derive(Serialize)]
struct Booster {
    name: &'static str,
    model: Trees,
}

#[derive(Serialize)]
struct Trees {
    cats: Value,
    gbtree_model_param: Value,
    iteration_indptr: [usize; 2],
    tree_info: Vec<usize>,
    trees: Vec<Tree>,
}

/// Names the features of a boosted model's document and its classes.
pub(super) fn describe(
    document: &mut Value,
    features: &Described<'_>,
    classes: &[String],
) -> Result<(), ExportError> {
    let mut set = |pointer: &str, value: Value| {
        if let Some(place) = document.pointer_mut(pointer) {
            *place = value;
        }
    };
    set("/learner/attributes", attributes(features, classes)?);
    set("/learner/feature_names", json!(features.names));
    set("/learner/feature_types", json!(features.types()));
    if let Some(Value::Object(model)) = document.pointer_mut("/learner/gradient_booster/model") {
        model.insert("cats".to_owned(), features.categories());
    }
    Ok(())
}

/// What XGBoost has no place for; its attributes are texts.
fn attributes(features: &Described<'_>, classes: &[String]) -> Result<Value, ExportError> {
    let mut attributes = serde_json::Map::new();
    if !classes.is_empty() {
        attributes.insert("classes".to_owned(), serde_json::to_string(classes)?.into());
    }
    let levels = features.levels_by_name();
    if !levels.is_empty() {
        attributes.insert("categories".to_owned(), serde_json::to_string(&levels)?.into());
    }
    Ok(Value::Object(attributes))
}

/// A forest as one round of parallel trees, whose answers XGBoost adds up: each leaf
/// answers its share of the mean. With several outputs each has trees of its own.
pub(super) fn of_forest<'a>(
    forest: &TreeEnsemble,
    features: &Described<'_>,
    classes: &'a [String],
) -> Result<impl Serialize + use<'a>, ExportError> {
    let (outputs, count) = (forest.outputs(), forest.trees());
    let trees: Vec<Tree> = (0..outputs)
        .flat_map(|output| (0..count).map(move |tree| (output, tree)))
        .enumerate()
        .map(|(id, (output, tree))| of_tree(forest, tree, output, id, features))
        .collect();
    let base_score = vec!["0E0"; outputs].join(",");
    Ok(Document {
        version: [3, 1, 0],
        learner: Learner {
            attributes: attributes(features, classes)?,
            feature_names: features.names.clone(),
            feature_types: features.types(),
            gradient_booster: Booster {
                name: "gbtree",
                model: Trees {
                    cats: features.categories(),
                    gbtree_model_param: json!({
                        "num_parallel_tree": count.to_string(),
                        "num_trees": trees.len().to_string(),
                    }),
                    iteration_indptr: [0, trees.len()],
                    tree_info: (0..outputs)
                        .flat_map(|output| std::iter::repeat_n(output, count))
                        .collect(),
                    trees,
                },
            },
            learner_model_param: json!({
                "base_score": format!("[{base_score}]"),
                "boost_from_average": "0",
                "num_class": "0",
                "num_feature": forest.features().to_string(),
                "num_target": outputs.to_string(),
            }),
            objective: json!({
                "name": "reg:squarederror",
                "reg_loss_param": {"scale_pos_weight": "1"},
            }),
        },
    })
}

fn of_tree(
    forest: &TreeEnsemble,
    tree: usize,
    output: usize,
    id: usize,
    features: &Described<'_>,
) -> Tree {
    let mut written = Tree { id, ..Tree::default() };
    let share = 1.0 / forest.trees().max(1) as f32;
    let nodes = forest.tree(tree);
    written.parents = vec![NO_PARENT; nodes.len()];
    for (place, node) in nodes.enumerate() {
        let (left, right) = match node {
            NodeView::Leaf { answers, cover } => {
                let answer = answers.get(output).copied().unwrap_or_default() * share;
                written.push(0, answer, false, cover);
                (-1, -1)
            }
            NodeView::Split { split, left, cover } => {
                let (condition, codes) = condition(&split, features);
                if let Some(codes) = codes {
                    written.categories_nodes.push(place);
                    written.categories_segments.push(written.categories.len());
                    written.categories_sizes.push(codes.len());
                    written.categories.extend(codes);
                }
                written.push(split.feature(), condition, split.missing_left(), cover);
                for parent in written.parents.iter_mut().skip(left).take(2) {
                    *parent = place as i32;
                }
                (left as i32, left as i32 + 1)
            }
        };
        written.left_children.push(left);
        written.right_children.push(right);
        written.split_type.push(u8::from(written.categories_nodes.last() == Some(&place)));
    }
    written.tree_param = json!({
        "num_deleted": "0",
        "num_feature": forest.features().to_string(),
        "num_nodes": written.parents.len().to_string(),
        "size_leaf_vector": "1",
    });
    written
}

impl Tree {
    fn push(&mut self, feature: usize, condition: f32, missing_left: bool, cover: f32) {
        self.split_indices.push(feature);
        self.split_conditions.push(condition);
        self.base_weights.push(condition);
        self.default_left.push(u8::from(missing_left));
        self.loss_changes.push(0.0);
        self.sum_hessian.push(cover);
    }
}

/// The threshold, or the codes that go right. XGBoost has no split without such codes:
/// where only missing values go right, all codes are below a threshold.
fn condition(split: &Split, features: &Described<'_>) -> (f32, Option<Vec<usize>>) {
    match split {
        Split::Below { threshold, .. } => (*threshold, None),
        Split::Codes { feature, left, .. } => {
            let levels =
                features.levels.get(*feature).and_then(Option::as_deref).unwrap_or_default();
            let right: Vec<usize> = (0..levels.len())
                .filter(|&code| left.get(code / 64).is_none_or(|word| word >> (code % 64) & 1 == 0))
                .collect();
            match right.is_empty() {
                true => (f32::MAX, None),
                false => (f32::from_bits(1), Some(right)),
            }
        }
    }
}
