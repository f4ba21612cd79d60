//! A forecaster as an artifact stores it.

use model_factory_learning::learners::{
    DecodeError as PredictorError, EncodedPredictor, Predictor,
};
use model_factory_tabular::dataset::Task;
use serde::{Deserialize, Serialize};

use super::forecaster::Forecaster;
use super::learners::lags::{Booster, Reads};

/// How hard the models are packed.
const PACKING: i32 = 6;

/// A forecaster as an artifact stores it.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodedForecaster {
    /// Packed JSON.
    pub models: Vec<u8>,
    /// The boosted trees; empty where there are none.
    pub payload: Vec<u8>,
}

/// A forecaster could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// It cannot be packed or unpacked.
    #[error("the forecaster cannot be unpacked")]
    Packing(#[from] std::io::Error),
    /// It is not of this format.
    #[error("the forecaster's models cannot be read")]
    Models(#[from] serde_json::Error),
    /// The boosted trees are not of this format.
    #[error("the forecaster's trees cannot be read")]
    Trees(#[from] PredictorError),
    /// A model beside the forecaster is not of the right kind.
    #[error("the forecaster's trees are of another kind")]
    Kind,
}

#[derive(Serialize, Deserialize)]
struct Encoded<F> {
    forecaster: F,
    booster: Option<(Reads, serde_json::Value)>,
}

impl Forecaster {
    /// The forecaster as an artifact stores it: the same forecaster gives the same bytes.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn encode(&self) -> Result<EncodedForecaster, DecodeError> {
        let (booster, payload) = match &self.booster {
            None => (None, Vec::new()),
            Some(booster) => {
                let EncodedPredictor { header, payload } = booster.predictor().encode()?;
                (Some((booster.reads().clone(), header)), payload)
            }
        };
        let json = serde_json::to_vec(&Encoded { forecaster: self, booster })?;
        Ok(EncodedForecaster { models: zstd::encode_all(json.as_slice(), PACKING)?, payload })
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    /// When it is not that.
    pub fn decode(models: &[u8], payload: &[u8]) -> Result<Self, DecodeError> {
        let json = zstd::decode_all(models)?;
        let Encoded::<Self> { mut forecaster, booster } = serde_json::from_slice(&json)?;
        if let Some((reads, header)) = booster {
            let predictor = Predictor::decode(header, payload, &Task::Regression)?;
            forecaster.booster =
                Some(Booster::from_parts(predictor, reads).ok_or(DecodeError::Kind)?);
        }
        Ok(forecaster)
    }
}
