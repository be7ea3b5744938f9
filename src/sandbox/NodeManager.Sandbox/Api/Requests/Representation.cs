namespace NodeManager.Sandbox.Api.Requests;

internal enum Representation
{
    Whole,

    Metadata,

    Table,
}
