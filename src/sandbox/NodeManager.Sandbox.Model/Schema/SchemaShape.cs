namespace NodeManager.Sandbox.Model.Schema;

internal enum SchemaShape
{
    One,
    List,
    Map,
}
