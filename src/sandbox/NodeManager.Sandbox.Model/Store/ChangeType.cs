namespace NodeManager.Sandbox.Model.Store;

internal enum ChangeType
{
    Added,
    Modified,
    Deleted,
}
