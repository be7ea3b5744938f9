using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace NodeManager.Testing;

/// <summary>The objects of one kind as an API server lists and watches them. Names are unique whatever the namespace.</summary>
public sealed class ServedKind
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, JsonObject> _objects = [];
    private readonly List<(Pipe Pipe, string Query)> _watches = [];
    private readonly List<(int Version, string Type, JsonObject Item)> _log = [];
    private int _version = 100;
    private int _oldest;

    public JsonObject? this[string name]
    {
        get
        {
            lock (_gate)
                return _objects.GetValueOrDefault(name)?.DeepClone().AsObject();
        }
    }

    public IReadOnlyList<JsonObject> All
    {
        get
        {
            lock (_gate)
                return [.. _objects.Values.Select(o => o.DeepClone().AsObject())];
        }
    }

    /// <summary>Adds or replaces an object.</summary>
    public JsonObject Put(JsonObject item)
    {
        lock (_gate)
        {
            string name = item["metadata"]!["name"]!.GetValue<string>();
            string type = _objects.ContainsKey(name) ? "MODIFIED" : "ADDED";
            item["metadata"]!["resourceVersion"] = Next();
            _objects[name] = item.DeepClone().AsObject();
            Tell(type, item);
            return item;
        }
    }

    /// <summary>Changes an object that is there.</summary>
    public void Change(string name, Action<JsonObject> change)
    {
        lock (_gate)
        {
            JsonObject item = _objects[name].DeepClone().AsObject();
            change(item);
            Put(item);
        }
    }

    public void Remove(string name)
    {
        lock (_gate)
        {
            if (!_objects.Remove(name, out JsonObject? item))
                return;
            item["metadata"]!["resourceVersion"] = Next();
            Tell("DELETED", item);
        }
    }

    public void Cut()
    {
        lock (_gate)
        {
            foreach ((Pipe pipe, _) in _watches)
            {
                pipe.Writer.Write("{\"type\":\"MODIF"u8);
                pipe.Writer.Complete(new IOException("cut"));
            }

            _watches.Clear();
        }
    }

    /// <summary>Forgets all versions before the current one: watches end, and those from an older version are answered with 410.</summary>
    public void Expire()
    {
        lock (_gate)
        {
            _oldest = ++_version;
            _log.Clear();
            foreach ((Pipe pipe, _) in _watches)
                pipe.Writer.Complete();
            _watches.Clear();
        }
    }

    /// <summary>How many watches are open, as far as this server was told.</summary>
    public int Watches
    {
        get
        {
            lock (_gate)
                return _watches.Count;
        }
    }

    public HttpResponseMessage Get(string name) => this[name] is { } item ? Json(item) : NotFound(name);

    public HttpResponseMessage List(string query)
    {
        lock (_gate)
        {
            return Json(
                new JsonObject
                {
                    ["metadata"] = new JsonObject { ["resourceVersion"] = _version.ToString(CultureInfo.InvariantCulture) },
                    ["items"] = new JsonArray([.. _objects.Values.Where(o => Selects(query, o)).Select(o => o.DeepClone())]),
                }
            );
        }
    }

    public HttpResponseMessage Watch(string query)
    {
        lock (_gate)
        {
            int since = int.Parse(Ask(query)["resourceVersion"], CultureInfo.InvariantCulture);
            if (since < _oldest)
                return StubHandler.Json(
                    """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"too old resource version","reason":"Expired","code":410}""",
                    HttpStatusCode.Gone
                );
            Pipe pipe = new(new(pauseWriterThreshold: 0));
            _watches.Add((pipe, query));
            foreach ((_, string type, JsonObject item) in _log.Where(l => l.Version > since && Selects(query, l.Item)))
                Write(pipe, type, item);
            return new(HttpStatusCode.OK) { Content = new StreamContent(pipe.Reader.AsStream()) };
        }
    }

    public HttpResponseMessage Merge(string name, JsonObject patch)
    {
        lock (_gate)
        {
            if (!_objects.ContainsKey(name))
                return NotFound(name);
            Change(name, item => Merge(item, patch));
            return Json(this[name]!);
        }
    }

    private static HttpResponseMessage Json(JsonNode body) => StubHandler.Json(body.ToJsonString());

    private static HttpResponseMessage NotFound(string name) =>
        StubHandler.Json(
            new JsonObject
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["status"] = "Failure",
                ["message"] = $"\"{name}\" not found",
                ["reason"] = "NotFound",
                ["code"] = 404,
            }.ToJsonString(),
            HttpStatusCode.NotFound
        );

    private string Next() => (++_version).ToString(CultureInfo.InvariantCulture);

    private void Tell(string type, JsonObject item)
    {
        _log.Add((_version, type, item.DeepClone().AsObject()));
        foreach ((Pipe pipe, string query) in _watches)
            if (Selects(query, item))
                Write(pipe, type, item);
    }

    private static void Write(Pipe pipe, string type, JsonObject item)
    {
        pipe.Writer.Write(Encoding.UTF8.GetBytes(new JsonObject { ["type"] = type, ["object"] = item.DeepClone() }.ToJsonString() + "\n"));
        // The pipe has no limit, so this is done immediately.
        _ = pipe.Writer.FlushAsync().AsTask();
    }

    private static Dictionary<string, string> Ask(string query) =>
        query
            .TrimStart('?')
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(p => p.Split('=', 2))
            .ToDictionary(p => p[0], p => Uri.UnescapeDataString(p[1]));

    private static bool Selects(string query, JsonObject item)
    {
        Dictionary<string, string> asked = Ask(query);
        if (asked.TryGetValue("fieldSelector", out string? field))
        {
            string[] parts = field.Split('=', 2);
            JsonNode? value = parts[0].Split('.').Aggregate((JsonNode?)item, (node, key) => node?[key]);
            if (value?.GetValue<string>() != parts[1])
                return false;
        }

        if (!asked.TryGetValue("labelSelector", out string? label))
            return true;
        string[] pair = label.Split('=', 2);
        return item["metadata"]!["labels"]?[pair[0]]?.GetValue<string>() == pair[1];
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach ((string key, JsonNode? value) in patch)
        {
            if (value is null)
                target.Remove(key);
            else if (value is not JsonObject part)
                target[key] = value.DeepClone();
            else
            {
                if (target[key] is not JsonObject inner)
                    target[key] = inner = [];
                Merge(inner, part);
            }
        }
    }
}
