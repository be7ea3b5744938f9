using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Semantics;

/// <summary>A watch that is open: its events without what differs from cluster to cluster, until one named for its end.</summary>
internal sealed class WatchReader : IDisposable
{
    /// <summary>The object whose appearance ends what is compared.</summary>
    public const string Last = "zz-last";

    private readonly HttpClient _http;
    private readonly HttpResponseMessage _answer;
    private readonly long _before;

    private WatchReader(HttpClient http, HttpResponseMessage answer, long before)
    {
        _http = http;
        _answer = answer;
        _before = before;
    }

    /// <summary>Opened: whatever happens from now on is told.</summary>
    /// <param name="before">The version of what is there already.</param>
    public static async Task<WatchReader> OpenAsync(Uri server, HttpMessageHandler transport, string path, string before)
    {
        var http = new HttpClient(transport) { BaseAddress = server, Timeout = Eventually.Limit };
        HttpResponseMessage answer = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        return new(http, answer, long.Parse(before, System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>A line an event. What is there already is told first, in no order that a server promises: here in that of the names.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync()
    {
        List<string> first = [],
            events = [];
        using var limit = new CancellationTokenSource(Eventually.Limit);
        using var lines = new StreamReader(await _answer.Content.ReadAsStreamAsync(limit.Token));
        long newest = 0;
        while (await lines.ReadLineAsync(limit.Token) is { } line)
        {
            JsonNode change = JsonNode.Parse(line)!;
            JsonNode item = change["object"]!;
            JsonNode? metadata = item["metadata"];
            if ((string?)change["type"] == "ERROR")
            {
                events.Add($"ERROR {item["code"]} {item["reason"]}");
                break;
            }

            string name = (string?)metadata?["name"] ?? "";
            long version = long.Parse((string)metadata!["resourceVersion"]!, System.Globalization.CultureInfo.InvariantCulture);
            bool isBookmark = (string?)change["type"] == "BOOKMARK";

            // Those between come when time has passed.
            bool isEnd = metadata["annotations"]?["k8s.io/initial-events-end"] is not null;
            bool isFirst = version <= _before && !isBookmark && events.Count == 0;

            // A bookmark's version is the whole server's, which writes of its own meanwhile.
            string age =
                isFirst ? "there"
                : isBookmark && version >= newest ? "reached"
                : version > newest ? "newer"
                : version == newest ? "same"
                : "older";
            if (!isBookmark || isEnd)
                (isFirst ? first : events).Add(Describe(change, item, metadata, name, age));
            newest = Math.Max(newest, version);
            if (name == Last)
                break;
        }

        return [.. first.Order(StringComparer.Ordinal), .. events];
    }

    public void Dispose()
    {
        _answer.Dispose();
        _http.Dispose();
    }

    private static string Describe(JsonNode change, JsonNode item, JsonNode metadata, string name, string age) =>
        string.Join(
            ' ',
            change["type"],
            item["kind"],
            name,
            age,
            $"labels={metadata["labels"]?.ToJsonString()}",
            $"grace={metadata["deletionGracePeriodSeconds"]} {(metadata["deletionTimestamp"] is null ? "stays" : "ends")}",
            $"finalizers={metadata["finalizers"]?.ToJsonString()}",
            $"phase={item["status"]?["phase"]}",
            $"node={item["spec"]?["nodeName"]}",
            $"annotations={metadata["annotations"]?.ToJsonString()}"
        );
}
