namespace NodeManager.Sandbox.Kinds.Schema;

internal enum SchemaShape
{
    One,
    List,
    Map,
}
