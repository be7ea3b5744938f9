namespace NodeManager.Sandbox.Model.Kinds.Columns;

internal static class EndpointCells
{
    private const int DisplayedAddresses = 3;

    /// <summary>The first three, and the number of others.</summary>
    public static string Addresses(JsonObject endpoints)
    {
        List<string> all = [];
        foreach (JsonObject subset in endpoints.Objects("subsets"))
        {
            string[] addresses = [.. subset.Objects("addresses").Select(static one => one.Text("ip") ?? "")];
            long[] ports = [.. subset.Objects("ports").Select(static one => one.Number("port") ?? 0)];
            all.AddRange(ports.Length == 0 ? addresses : ports.SelectMany(port => addresses.Select(address => $"{address}:{port}")));
        }

        return ColumnText.OrNone(Truncated(all));
    }

    public static string Ports(JsonObject slice) =>
        Listed(
            slice
                .Objects("ports")
                .Select(static port => port.Number("port")?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "*")
        );

    public static string Endpoints(JsonObject slice) =>
        Listed(
            slice
                .Objects("endpoints")
                .SelectMany(static one => one.Array("addresses") ?? [])
                .Select(static address => (string?)address ?? "")
        );

    private static string Listed(IEnumerable<string> items) => Truncated([.. items]) is { Length: > 0 } text ? text : ColumnText.Unset;

    private static string Truncated(List<string> items) =>
        string.Join(',', items.Take(DisplayedAddresses))
        + (items.Count > DisplayedAddresses ? $" + {items.Count - DisplayedAddresses} more..." : "");
}
