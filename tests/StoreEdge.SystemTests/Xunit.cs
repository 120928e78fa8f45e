// Each test starts processes of its own; on two cores they would only slow each other down and blur what is measured.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
