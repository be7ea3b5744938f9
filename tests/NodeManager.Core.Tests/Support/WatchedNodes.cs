using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace NodeManager.Core.Tests.Support;

/// <summary>Nodes that can be listed and watched; the watches can be cut and the history forgotten.</summary>
public sealed class WatchedNodes
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, JsonObject> _nodes = new(StringComparer.Ordinal);
    private readonly List<(int Version, string Line, string Name)> _log = [];
    private readonly List<(Pipe Pipe, string? Only)> _watches = [];
    private int _version = 10;
    private int _forgotten;

    public WatchedNodes(params IEnumerable<JsonObject> nodes)
    {
        foreach (JsonObject node in nodes)
            Set(node);
        Server = new(Answer);
    }

    public FakeServer Server { get; }

    public int Watches
    {
        get
        {
            lock (_gate)
                return _watches.Count;
        }
    }

    public void Set(JsonObject node)
    {
        lock (_gate)
        {
            string name = node["metadata"]!["name"]!.GetValue<string>();
            var stored = (JsonObject)node.DeepClone();
            string type = _nodes.ContainsKey(name) ? "MODIFIED" : "ADDED";
            _nodes[name] = stored;
            Tell(type, stored, name);
        }
    }

    public void Delete(string name)
    {
        lock (_gate)
        {
            _nodes.Remove(name, out JsonObject? node);
            Tell("DELETED", node!, name);
        }
    }

    /// <summary>Ends every watch in the middle of a line.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            foreach ((Pipe pipe, _) in _watches)
            {
                pipe.Writer.Write(Encoding.UTF8.GetBytes("{\"type\":\"MOD"));
                pipe.Writer.Complete();
            }

            _watches.Clear();
        }
    }

    /// <summary>Who asks for changes since a version before this is told that they are gone (410).</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _version++;
            _forgotten = _version;
            _log.Clear();
        }
    }

    public async Task WatchedAsync(int watches = 1)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (Watches < watches)
            await Task.Delay(5, limit.Token);
    }

    private void Tell(string type, JsonObject node, string name)
    {
        _version++;
        node["metadata"]!["resourceVersion"] = _version.ToString(CultureInfo.InvariantCulture);
        string line = new JsonObject { ["type"] = type, ["object"] = node.DeepClone() }.ToJsonString() + "\n";
        _log.Add((_version, line, name));
        foreach ((Pipe pipe, string? only) in _watches)
            if (only is null || only == name)
                Write(pipe, line);
    }

    private HttpResponseMessage Answer(Request request)
    {
        lock (_gate)
        {
            if (request.Path != "/api/v1/nodes")
                return _nodes.TryGetValue(request.Path.Split('/')[^1], out JsonObject? node)
                    ? FakeServer.Json(node)
                    : FakeServer.NotFound(request);

            string? only = request["fieldSelector"]?.Replace("metadata.name=", "", StringComparison.Ordinal);
            if (request["watch"] is null)
                return FakeServer.Json(
                    new JsonObject
                    {
                        ["metadata"] = new JsonObject { ["resourceVersion"] = _version.ToString(CultureInfo.InvariantCulture) },
                        ["items"] = new JsonArray([.. _nodes.Where(n => only is null || n.Key == only).Select(n => n.Value.DeepClone())]),
                    }
                );

            int since = int.Parse(request["resourceVersion"]!, CultureInfo.InvariantCulture);
            if (since < _forgotten)
                return FakeServer.Refusal(HttpStatusCode.Gone, "Expired", "too old resource version");
            var pipe = new Pipe(new(pauseWriterThreshold: 0));
            foreach ((int version, string line, string name) in _log)
                if (version > since && (only is null || only == name))
                    Write(pipe, line);
            _watches.Add((pipe, only));
            var content = new StreamContent(pipe.Reader.AsStream());
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            return new(HttpStatusCode.OK) { Content = content };
        }
    }

    private static void Write(Pipe pipe, string line)
    {
        pipe.Writer.Write(Encoding.UTF8.GetBytes(line));
        // Without a limit on the pipe this never waits.
        _ = pipe.Writer.FlushAsync().AsTask();
    }
}
