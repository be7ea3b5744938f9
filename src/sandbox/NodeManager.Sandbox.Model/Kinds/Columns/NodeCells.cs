namespace NodeManager.Sandbox.Model.Kinds.Columns;

internal static class NodeCells
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    public static string Status(JsonObject node)
    {
        JsonObject? ready = node.Object("status").Condition("Ready");
        string status =
            ready is null ? "Unknown"
            : ready.Text("status") == "True" ? "Ready"
            : "NotReady";
        return node.Object("spec").Flag("unschedulable") == true ? status + ",SchedulingDisabled" : status;
    }

    public static string Roles(JsonObject node)
    {
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach ((string key, JsonNode? value) in node.Object("metadata").Object("labels") ?? [])
        {
            if (key.StartsWith(RolePrefix, StringComparison.Ordinal) && key.Length > RolePrefix.Length)
                roles.Add(key[RolePrefix.Length..]);
            else if (key == "kubernetes.io/role" && (string?)value is { Length: > 0 } role)
                roles.Add(role);
        }

        return ColumnText.OrNone(string.Join(',', roles));
    }

    public static string Address(JsonObject node, string type) =>
        ColumnText.OrNone(node.Object("status").Objects("addresses").FirstOrDefault(one => one.Text("type") == type).Text("address"));

    public static string Info(JsonObject node, string member) =>
        ColumnText.OrUnknown(node.Object("status").Object("nodeInfo").Text(member));
}
