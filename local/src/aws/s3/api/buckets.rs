//! Operations on buckets.

use s3s::dto::*;
use s3s::{S3Error, S3Request, S3Result};

use super::Gateway;
use super::convert::{from_token, limit, timestamp, to_token};
use crate::aws::s3::index::buckets;

/// The greatest number of buckets in an answer.
const MAX_BUCKETS: i32 = 10_000;

impl Gateway {
    pub(super) async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<CreateBucketOutput> {
        let bucket = request.input.bucket;
        let location = Some(format!("/{bucket}"));
        self.store.run(move |store| store.create_bucket(&bucket)).await?;
        Ok(CreateBucketOutput { location })
    }

    pub(super) async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<HeadBucketOutput> {
        self.require_bucket(request.input.bucket).await?;
        Ok(HeadBucketOutput::default())
    }

    pub(super) async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<GetBucketLocationOutput> {
        self.require_bucket(request.input.bucket).await?;
        Ok(GetBucketLocationOutput::default())
    }

    /// No status: versioning has never been enabled.
    pub(super) async fn get_bucket_versioning(
        &self,
        request: S3Request<GetBucketVersioningInput>,
    ) -> S3Result<GetBucketVersioningOutput> {
        self.require_bucket(request.input.bucket).await?;
        Ok(GetBucketVersioningOutput::default())
    }

    pub(super) async fn delete_bucket(
        &self,
        request: S3Request<DeleteBucketInput>,
    ) -> S3Result<DeleteBucketOutput> {
        let bucket = request.input.bucket;
        self.store.run(move |store| store.delete_bucket(&bucket)).await?;
        Ok(DeleteBucketOutput {})
    }

    pub(super) async fn list_buckets(
        &self,
        request: S3Request<ListBucketsInput>,
    ) -> S3Result<ListBucketsOutput> {
        let ListBucketsInput { continuation_token, max_buckets, prefix, .. } = request.input;
        let most = limit("max-buckets", max_buckets, MAX_BUCKETS)? as usize;
        let after = continuation_token.as_deref().map(from_token).transpose()?.unwrap_or_default();
        let begin = prefix.clone().unwrap_or_default();
        let list = self.store.run(move |store| store.list_buckets(&begin, &after, most + 1));
        let mut found = list.await?;
        let is_truncated = found.len() > most;
        found.truncate(most);
        let last = found.last().filter(|_| is_truncated);
        let continuation_token = last.map(|bucket| to_token(&bucket.name));
        let line = |bucket: buckets::Bucket| Bucket {
            name: Some(bucket.name),
            creation_date: Some(timestamp(bucket.created)),
            ..Bucket::default()
        };
        let buckets = Some(found.into_iter().map(line).collect());
        Ok(ListBucketsOutput { buckets, continuation_token, owner: None, prefix })
    }

    async fn require_bucket(&self, bucket: String) -> Result<(), S3Error> {
        Ok(self.store.run(move |store| store.require_bucket(&bucket)).await?)
    }
}
