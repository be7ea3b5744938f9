namespace NodeManager.Sandbox.Store;

internal enum ChangeType
{
    Added,
    Modified,
    Deleted,
}
