//! Trees as bytes: the shape in the order of the nodes, thresholds as places in each
//! feature's table, all of it compressed.

mod bytes;

use super::{Node, Split, TreeEnsemble};
use bytes::{Reader, Writer};

/// What the bytes begin with; the last one is the format's version.
const MAGIC: [u8; 4] = *b"TRE\x01";

/// The compression level: higher ones save little more.
const LEVEL: i32 = 9;

/// More features, outputs or nodes than any model has; what claims more is damaged.
const LIMIT: usize = 1 << 28;

/// The bytes are not trees.
#[derive(Debug, thiserror::Error)]
pub enum TreesError {
    /// They begin otherwise, or are of another version.
    #[error("they are not trees of this format")]
    Format,
    /// They do not unpack.
    #[error("they cannot be unpacked")]
    Compression(#[from] std::io::Error),
    /// They end early, go on after the end, or hold what cannot be.
    #[error("{0}")]
    Content(&'static str),
}

/// Damaged bytes.
const SHORT: TreesError = TreesError::Content("they end too early");

impl TreeEnsemble {
    /// The trees as bytes; the same trees give the same bytes.
    ///
    /// # Errors
    /// When they cannot be compressed.
    pub fn encode(&self) -> Result<Vec<u8>, TreesError> {
        let tables = self.thresholds();
        let mut writer = Writer::default();
        for count in [self.features, self.outputs, self.roots.len()] {
            writer.varint(count as u64);
        }
        for table in &tables {
            writer.varint(table.len() as u64);
            table.iter().for_each(|&threshold| writer.float(threshold));
        }
        self.gains.iter().for_each(|&gain| writer.double(gain));
        // Like stands next to like, which compresses best.
        for node in &self.nodes {
            writer.varint(tag(node));
        }
        for node in self.nodes.iter().filter(|node| !node.is_leaf()) {
            if let Some(set) = self.set_of(node) {
                set.iter().for_each(|&word| writer.word(word));
            } else {
                let table = tables.get(node.feature()).map_or(&[][..], Vec::as_slice);
                let place = table.partition_point(|&threshold| threshold < node.value);
                writer.place(place, table.len());
            }
        }
        let leaves = || self.nodes.iter().zip(&self.covers).filter(|(node, _)| node.is_leaf());
        for (leaf, _) in leaves() {
            self.answers(leaf).iter().for_each(|&answer| writer.float(answer));
        }
        leaves().for_each(|(_, &cover)| writer.float(cover));
        let mut file = MAGIC.to_vec();
        file.extend(zstd::bulk::compress(writer.written(), LEVEL)?);
        Ok(file)
    }

    /// The distinct thresholds of each feature, ascending.
    fn thresholds(&self) -> Vec<Vec<f32>> {
        let mut tables = vec![Vec::new(); self.features];
        for node in self.nodes.iter().filter(|node| !node.is_leaf() && !node.is_codes()) {
            if let Some(table) = tables.get_mut(node.feature()) {
                table.push(node.value);
            }
        }
        for table in &mut tables {
            table.sort_unstable_by(f32::total_cmp);
            table.dedup();
        }
        tables
    }

    /// Reads trees back; they answer bit for bit as those that were encoded.
    ///
    /// # Errors
    /// When the bytes are not trees. No bytes make it panic.
    pub fn decode(file: &[u8]) -> Result<Self, TreesError> {
        let packed = file.strip_prefix(&MAGIC).ok_or(TreesError::Format)?;
        let content = zstd::stream::decode_all(packed)?;
        let mut reader = Reader::new(&content);
        let features = reader.count(LIMIT)?;
        let outputs = reader.count(LIMIT)?;
        let trees = reader.count(LIMIT)?;
        if outputs == 0 || trees == 0 {
            return Err(TreesError::Content("they answer nothing"));
        }
        let mut tables: Vec<Vec<f32>> = Vec::new();
        for _ in 0..features {
            let length = reader.count(LIMIT)?;
            tables.push(reader.floats(length)?);
        }
        let mut gains = Vec::new();
        for _ in 0..features {
            gains.push(reader.double()?);
        }
        let mut ensemble = Self {
            features,
            outputs,
            nodes: Vec::new(),
            covers: Vec::new(),
            roots: Vec::new(),
            leaves: Vec::new(),
            sets: Vec::new(),
            gains,
        };
        for _ in 0..trees {
            ensemble.read_shape(&mut reader)?;
        }
        ensemble.read_splits(&mut reader, &tables)?;
        ensemble.read_leaves(&mut reader)?;
        reader.end()?;
        ensemble.sum_covers();
        Ok(ensemble)
    }

    /// Reads the shape of one tree, which ends when every split has its two children.
    fn read_shape(&mut self, reader: &mut Reader<'_>) -> Result<(), TreesError> {
        let root = self.nodes.len();
        self.roots.push(index(root)?);
        self.nodes.push(self.read_node(reader)?);
        let mut open = vec![root];
        while let Some(place) = open.pop() {
            let child = self.nodes.len();
            let Some(node) = self.nodes.get_mut(place) else { return Err(SHORT) };
            if node.is_leaf() {
                node.child = index(place)?;
            } else {
                node.child = index(child)?;
                let pair = [self.read_node(reader)?, self.read_node(reader)?];
                self.nodes.extend(pair);
                open.extend([child + 1, child]);
            }
        }
        Ok(())
    }

    /// A node without its children, threshold or answer.
    fn read_node(&self, reader: &mut Reader<'_>) -> Result<Node, TreesError> {
        let Some(tag) = reader.varint()?.checked_sub(1) else { return Ok(Node::leaf(0.0, 0)) };
        let feature = usize::try_from(tag >> 2).unwrap_or(usize::MAX);
        if feature >= self.features {
            return Err(TreesError::Content("a split reads a feature that the trees do not have"));
        }
        let missing_left = tag & 1 == 1;
        let split = match tag & 2 == 2 {
            true => Split::Codes { feature, left: [0; 4], missing_left },
            false => Split::Below { feature, threshold: 0.0, missing_left },
        };
        Ok(Node::split(&split, 0, 0))
    }

    fn read_splits(
        &mut self,
        reader: &mut Reader<'_>,
        tables: &[Vec<f32>],
    ) -> Result<(), TreesError> {
        for node in self.nodes.iter_mut().filter(|node| !node.is_leaf()) {
            if node.is_codes() {
                node.value = f32::from_bits(index(self.sets.len())?);
                self.sets.push(reader.words()?);
            } else {
                let table = tables.get(node.feature()).map_or(&[][..], Vec::as_slice);
                let place = reader.place(table.len())?;
                let unknown = TreesError::Content("a split has a threshold outside its table");
                node.value = *table.get(place).ok_or(unknown)?;
            }
        }
        Ok(())
    }

    fn read_leaves(&mut self, reader: &mut Reader<'_>) -> Result<(), TreesError> {
        for node in self.nodes.iter_mut().filter(|node| node.is_leaf()) {
            if self.outputs == 1 {
                node.value = reader.float()?;
            } else {
                node.value = f32::from_bits(index(self.leaves.len())?);
                self.leaves.extend(reader.floats(self.outputs)?);
            }
        }
        for node in &self.nodes {
            let cover = if node.is_leaf() { reader.float()? } else { 1.0 };
            if cover <= 0.0 {
                return Err(TreesError::Content("a leaf has no rows"));
            }
            self.covers.push(cover);
        }
        Ok(())
    }
}

fn index(place: usize) -> Result<u32, TreesError> {
    u32::try_from(place).map_err(|_| TreesError::Content("they are more than can be counted"))
}

/// 0 for a leaf; for a split, one more than its feature above two bits: whether it is
/// by codes, and whether missing values go left.
fn tag(node: &Node) -> u64 {
    match node.is_leaf() {
        true => 0,
        false => {
            let bits = u64::from(node.is_codes()) << 1 | u64::from(node.missing_left());
            1 + ((node.feature() as u64) << 2 | bits)
        }
    }
}
