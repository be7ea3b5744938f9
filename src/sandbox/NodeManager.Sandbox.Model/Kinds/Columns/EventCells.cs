namespace NodeManager.Sandbox.Model.Kinds.Columns;

internal static class EventCells
{
    public static string FirstSeen(JsonObject item, DateTimeOffset now) =>
        ColumnText.Since(item.Text("firstTimestamp") ?? item.Text("eventTime"), now);

    public static string LastSeen(JsonObject item, DateTimeOffset now) =>
        ColumnText.Since(
            item.Object("series").Text("lastObservedTime")
                ?? item.Text("lastTimestamp")
                ?? item.Text("firstTimestamp")
                ?? item.Text("eventTime"),
            now
        );

    public static string Subject(JsonObject item)
    {
        JsonObject? subject = item.Object("involvedObject");
        string kind = (subject.Text("kind") ?? "").ToLowerInvariant(),
            name = subject.Text("name") ?? "";
        return kind.Length == 0 ? name : $"{kind}/{name}";
    }

    public static string Source(JsonObject item)
    {
        JsonObject? source = item.Object("source");
        string component = source.Text("component") is { Length: > 0 } stated ? stated : item.Text("reportingComponent") ?? "";
        string host = source.Text("host") is { Length: > 0 } named ? named : item.Text("reportingInstance") ?? "";
        return host.Length > 0 ? $"{component}, {host}" : component;
    }

    public static long Count(JsonObject item) => item.Object("series").Number("count") ?? Math.Max(item.Number("count") ?? 1, 1);
}
