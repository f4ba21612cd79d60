//! S3's operations: from the protocol's values to the store and back.

mod buckets;
mod completion;
mod content;
mod convert;
mod copy;
mod delete;
mod listing;
mod put;
mod read;
mod selection;
mod upload_listing;
mod uploads;

use std::sync::Arc;

use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result};

use super::store::Store;

/// Answers S3 requests from the store.
pub(super) struct Gateway {
    store: Arc<Store>,
}

impl Gateway {
    pub(super) fn new(store: Arc<Store>) -> Self {
        Self { store }
    }
}

/// Declares the operations; each is a method of the same input and output in a
/// module below.
macro_rules! operations {
    ($($name:ident: $input:ident -> $output:ident = $method:ident;)*) => {
        #[async_trait::async_trait]
        impl S3 for Gateway {
            $(async fn $name(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                self.$method(request).await.map(S3Response::new)
            })*
        }
    };
}

operations! {
    abort_multipart_upload: AbortMultipartUploadInput -> AbortMultipartUploadOutput = abort_upload;
    complete_multipart_upload:
        CompleteMultipartUploadInput -> CompleteMultipartUploadOutput = complete_upload;
    copy_object: CopyObjectInput -> CopyObjectOutput = copy;
    create_bucket: CreateBucketInput -> CreateBucketOutput = create_bucket_named;
    create_multipart_upload:
        CreateMultipartUploadInput -> CreateMultipartUploadOutput = create_upload;
    delete_bucket: DeleteBucketInput -> DeleteBucketOutput = delete_bucket_named;
    delete_object: DeleteObjectInput -> DeleteObjectOutput = delete_one;
    delete_objects: DeleteObjectsInput -> DeleteObjectsOutput = delete_many;
    get_bucket_location: GetBucketLocationInput -> GetBucketLocationOutput = bucket_location;
    get_bucket_versioning: GetBucketVersioningInput -> GetBucketVersioningOutput = versioning;
    get_object: GetObjectInput -> GetObjectOutput = get;
    head_bucket: HeadBucketInput -> HeadBucketOutput = head_bucket_named;
    head_object: HeadObjectInput -> HeadObjectOutput = head;
    list_buckets: ListBucketsInput -> ListBucketsOutput = buckets;
    list_multipart_uploads: ListMultipartUploadsInput -> ListMultipartUploadsOutput = uploads;
    list_objects: ListObjectsInput -> ListObjectsOutput = list;
    list_objects_v2: ListObjectsV2Input -> ListObjectsV2Output = list_v2;
    list_parts: ListPartsInput -> ListPartsOutput = parts;
    put_object: PutObjectInput -> PutObjectOutput = put;
    upload_part: UploadPartInput -> UploadPartOutput = upload_part_content;
    upload_part_copy: UploadPartCopyInput -> UploadPartCopyOutput = upload_part_from;
}
