//! `DeleteObject` and `DeleteObjects`.

use s3s::dto::*;
use s3s::{S3Request, S3Result, s3_error};

use super::Gateway;
use super::convert::{check_version, write_condition};
use crate::aws::s3::condition::WriteCondition;
use crate::aws::s3::error::RequestError;
use crate::aws::s3::store::Store;

/// The greatest number of objects in one request.
const MAX_OBJECTS: usize = 1000;

impl Gateway {
    pub(super) async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<DeleteObjectOutput> {
        let input = request.input;
        check_version(input.version_id.as_deref())?;
        let target = [(input.key, write_condition(input.if_match, None)?)];
        let outcomes = self.store.run(move |store| store.delete(&input.bucket, &target)).await?;
        outcomes.into_iter().collect::<Result<(), _>>()?;
        Ok(DeleteObjectOutput::default())
    }

    pub(super) async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<DeleteObjectsOutput> {
        let DeleteObjectsInput { bucket, delete, .. } = request.input;
        if delete.objects.is_empty() || delete.objects.len() > MAX_OBJECTS {
            return Err(s3_error!(MalformedXML, "name between 1 and {MAX_OBJECTS} objects"));
        }
        let mut targets = Vec::with_capacity(delete.objects.len());
        for target in delete.objects {
            check_version(target.version_id.as_deref())?;
            let condition = target.e_tag.map(ETagCondition::ETag);
            targets.push((
                target.key,
                condition.map_or(WriteCondition::Always, WriteCondition::Present),
            ));
        }
        let delete_all = move |store: &Store| {
            let outcomes = store.delete(&bucket, &targets)?;
            Ok::<_, RequestError>((targets, outcomes))
        };
        let (targets, outcomes) = self.store.run(delete_all).await?;
        let (mut deleted, mut errors) = (Vec::new(), Vec::new());
        for ((key, _), outcome) in targets.into_iter().zip(outcomes) {
            match outcome {
                Ok(()) => {
                    deleted.push(DeletedObject { key: Some(key), ..DeletedObject::default() })
                }
                Err(error) => errors.push(Error {
                    code: Some(error.code().as_str().to_owned()),
                    message: Some(error.to_string()),
                    key: Some(key),
                    version_id: None,
                }),
            }
        }
        let deleted = Some(deleted).filter(|_| delete.quiet != Some(true));
        Ok(DeleteObjectsOutput { deleted, errors: Some(errors), request_charged: None })
    }
}
