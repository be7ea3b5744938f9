using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Web;

namespace NodeManager.Providers.Tests.Proxmox;

/// <summary>What goes wrong with one request.</summary>
internal enum ProxmoxFault
{
    None,

    /// <summary>It never arrives.</summary>
    LostRequest,

    /// <summary>It is carried out and the answer never arrives.</summary>
    LostAnswer,

    /// <summary>The answer is lost, and the request is carried out a few requests later.</summary>
    Late,
    Locked,

    /// <summary>The proxy between the hosts gives up (596).</summary>
    Gateway,

    /// <summary>The overview is that of some requests ago.</summary>
    Stale,

    /// <summary>What would have been a task fails in the task.</summary>
    TaskFails,
}

/// <summary>
/// Proxmox VE as its documents and its source describe it: forms in, <c>data</c> out, errors in the reason phrase, work in tasks, locks on
/// machines, ids that nobody reserves. A machine that is being made has nothing but its lock until the task ends.
/// </summary>
internal sealed partial class FakeProxmox : HttpMessageHandler
{
    public const string Token = "autoscaler@pve!node",
        Secret = "0f9b2f0e-proxmox-secret";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, FakeTask> _tasks = [];
    private readonly List<(int Due, Action Run)> _late = [];
    private readonly Queue<string> _overviews = new();
    private int _requests,
        _number;

    public Dictionary<string, (int Cores, long MemoryMiB)> Hosts { get; } =
        new() { ["alfaromeo"] = (16, 65536), ["porsche"] = (16, 65536) };

    public SortedDictionary<long, FakeVm> Vms { get; } = [];

    /// <summary>Decides about each request.</summary>
    public Func<HttpMethod, string, ProxmoxFault> Faults { get; set; } = static (_, _) => ProxmoxFault.None;

    /// <summary>How many times a task is asked about until it ends.</summary>
    public Func<int> TaskPolls { get; set; } = static () => 1;

    /// <summary>What was asked, without bodies.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Machines that were destroyed through the API, as they were.</summary>
    public List<FakeVm> Destroyed { get; } = [];

    public string ClusterName { get; set; } = "garage";

    /// <summary>Told of each machine that is switched on. Returns immediately.</summary>
    public Action<FakeVm> Booted { get; set; } = static _ => { };

    public FakeVm Add(long id, Dictionary<string, string> configuration, bool isRunning = true, string host = "alfaromeo")
    {
        lock (_gate)
            return Vms[id] = new()
            {
                Id = id,
                Host = host,
                Configuration = configuration,
                IsRunning = isRunning,
                IsForeign = true,
            };
    }

    /// <summary>Changes the state as an administrator would, between two requests.</summary>
    public T Administer<T>(Func<T> change)
    {
        lock (_gate)
            return change();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        lock (_gate)
        {
            string path = request.RequestUri!.AbsolutePath;
            Requests.Add($"{request.Method} {request.RequestUri.PathAndQuery}");
            _requests++;
            foreach ((int due, Action run) in _late.Where(one => one.Due <= _requests).ToArray())
            {
                _late.Remove((due, run));
                run();
            }

            if (request.Headers.GetValues("Authorization").Single() != $"PVEAPIToken={Token}={Secret}")
                return Refuse(401, "authentication failure");
            if (!path.StartsWith("/api2/json/", StringComparison.Ordinal))
                return Refuse(501, $"Method '{request.Method} {path}' not implemented");
            path = path["/api2/json".Length..];
            Dictionary<string, string> form = Parse(
                request.Method == HttpMethod.Get || request.Method == HttpMethod.Delete ? request.RequestUri.Query.TrimStart('?') : body
            );
            bool changes = request.Method != HttpMethod.Get;
            ProxmoxFault fault = Faults(request.Method, path);
            switch (fault)
            {
                case ProxmoxFault.LostRequest:
                    throw new HttpRequestException("The connection was reset.", new IOException("reset"));
                case ProxmoxFault.LostAnswer:
                    Answer(request.Method, path, form, fault);
                    throw new HttpRequestException("The connection was reset.", new IOException("reset"));
                case ProxmoxFault.Late:
                    // Proxmox takes no precondition with a DELETE: one that is in progress when its machine changes hands cannot be called back.
                    if (changes && request.Method != HttpMethod.Delete)
                        _late.Add((_requests + 7, () => Answer(request.Method, path, form, ProxmoxFault.None).Dispose()));
                    throw new HttpRequestException("The connection was reset.", new IOException("reset"));
                case ProxmoxFault.Locked when changes:
                    return Refuse(500, "VM is locked (backup)");
                case ProxmoxFault.Gateway:
                    return Refuse(596, "Connection timed out");
                default:
                    return Answer(request.Method, path, form, fault);
            }
        }
    }

    private HttpResponseMessage Answer(HttpMethod method, string path, Dictionary<string, string> form, ProxmoxFault fault)
    {
        string[] parts = [.. path.Trim('/').Split('/').Select(Uri.UnescapeDataString)];
        return (method.Method, parts) switch
        {
            ("GET", ["version"]) => Data(new JsonObject { ["version"] = "9.1.1", ["release"] = "9.1" }),
            ("GET", ["cluster", "status"]) => Data(new JsonArray(new JsonObject { ["type"] = "cluster", ["name"] = ClusterName })),
            ("GET", ["access", "permissions"]) => Data(
                new JsonObject(
                    ((string[])["/vms", "/storage", "/sdn"]).Select(path =>
                        KeyValuePair.Create(
                            path,
                            (JsonNode?)new JsonObject(Privileges.Select(static one => KeyValuePair.Create(one, (JsonNode?)1)))
                        )
                    )
                )
            ),
            ("GET", ["cluster", "resources"]) => Overview(fault == ProxmoxFault.Stale),
            ("GET", ["cluster", "mapping", "pci"]) => MappingList(),
            ("GET", ["cluster", "nextid"]) => NextId(form),
            ("GET", ["nodes", string host, "tasks", string task, "status"]) => TaskStatus(host, task),
            ("POST", ["nodes", string host, "qemu"]) => Create(host, form, fault),
            (_, ["nodes", string host, "qemu", string id, .. string[] rest]) => Machine(
                method,
                host,
                long.Parse(id, CultureInfo.InvariantCulture),
                string.Join('/', rest),
                form,
                fault
            ),
            _ => Refuse(501, $"Method '{method} {path}' not implemented"),
        };
    }

    private HttpResponseMessage Machine(
        HttpMethod method,
        string host,
        long id,
        string what,
        Dictionary<string, string> form,
        ProxmoxFault fault
    )
    {
        if (Offline.Contains(host))
            return Refuse(595, "No route to host");
        if (!Vms.TryGetValue(id, out FakeVm? vm) || vm.Host != host)
            return Refuse(500, $"Configuration file 'nodes/{host}/qemu-server/{id}.conf' does not exist");
        switch (method.Method, what)
        {
            case ("GET", "config"):
                var configuration = new JsonObject(
                    vm.Configuration.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))
                )
                {
                    ["digest"] = vm.Digest,
                };
                return Data(configuration);
            case ("GET", "status/current"):
                return Data(new JsonObject { ["status"] = vm.IsRunning ? "running" : "stopped", ["vmid"] = id });
            case ("POST", "clone"):
                return Clone(vm, form, fault);
        }

        if (vm.Configuration.TryGetValue("lock", out string? held))
            return Refuse(500, $"VM is locked ({held})");
        switch (method.Method, what)
        {
            case ("PUT", "config"):
                if (form.TryGetValue("digest", out string? digest) && digest != vm.Digest)
                    return Refuse(500, "detected modified configuration - file changed by other user? Try again.");
                if (CheckParameters(form, ["digest"]) is { } wrong)
                    return wrong;
                foreach ((string key, string value) in form.Where(static one => one.Key != "digest"))
                    vm.Set(key, value);
                return Data(null);
            case ("PUT", "resize"):
                return Resize(vm, form);
            case ("POST", "status/start") when !Privileges.Contains("VM.PowerMgmt"):
                return Refuse(403, $"Permission check failed (/vms/{id}, VM.PowerMgmt)");
            case ("POST", "status/start"):
                return Start(
                    $"qmstart:{id}",
                    host,
                    fault,
                    () =>
                    {
                        if (vm.IsRunning)
                            return $"VM {id} already running";
                        vm.IsRunning = true;
                        Booted(vm);
                        return "OK";
                    }
                );
            case ("POST", "status/stop"):
                return Start(
                    $"qmstop:{id}",
                    host,
                    fault,
                    () =>
                    {
                        vm.IsRunning = false;
                        return "OK";
                    }
                );
            case ("POST", "status/reboot"):
                return Start($"qmreboot:{id}", host, fault, () => vm.IgnoresGuest ? "VM quit/powerdown failed" : Restarted(vm));
            case ("DELETE", ""):
                if (vm.IsRunning)
                    return Refuse(500, $"VM {id} is running - destroy failed");
                vm.Configuration["lock"] = "destroyed";
                return Start(
                    $"qmdestroy:{id}",
                    host,
                    fault,
                    () =>
                    {
                        Destroyed.Add(vm);
                        Vms.Remove(id);
                        return "OK";
                    },
                    () => vm.Configuration.Remove("lock")
                );
            default:
                return Refuse(501, $"Method '{method} {what}' not implemented");
        }
    }

    private HttpResponseMessage Create(string host, Dictionary<string, string> form, ProxmoxFault fault)
    {
        if (!Hosts.ContainsKey(host))
            return Refuse(500, $"hostname lookup '{host}' failed");
        if (CheckParameters(form, ["vmid", "pool"]) is { } wrong)
            return wrong;
        if (!form.TryGetValue("vmid", out string? text) || !long.TryParse(text, out long id) || id < 100)
            return Refuse(
                400,
                "Parameter verification failed.",
                """{"data":null,"errors":{"vmid":"property is missing and it is not optional"}}"""
            );
        if (Vms.TryGetValue(id, out FakeVm? there))
            return Refuse(500, $"unable to create VM {id} - VM {id} already exists on node '{there.Host}'");
        var vm = new FakeVm
        {
            Id = id,
            Host = host,
            Configuration = new() { ["lock"] = "create" },
        };
        Vms[id] = vm;
        return Start(
            $"qmcreate:{id}",
            host,
            fault,
            () => Finish(vm, form.Where(static one => one.Key is not "vmid" and not "pool")),
            () => Vms.Remove(id)
        );
    }

    private HttpResponseMessage Clone(FakeVm source, Dictionary<string, string> form, ProxmoxFault fault)
    {
        string[] known = ["newid", "name", "description", "full", "target", "storage", "pool"];
        if (form.Keys.FirstOrDefault(key => !known.Contains(key)) is { } unknown)
            return Refuse(
                400,
                "Parameter verification failed.",
                $$$"""{"data":null,"errors":{"{{{unknown}}}":"property is not defined in schema and the schema does not allow additional properties"}}"""
            );
        long id = long.Parse(form["newid"], CultureInfo.InvariantCulture);
        if (Vms.ContainsKey(id))
            return Refuse(500, $"unable to create VM {id}: config file already exists");
        var vm = new FakeVm
        {
            Id = id,
            Host = form.GetValueOrDefault("target", source.Host),
            Configuration = new() { ["lock"] = "clone" },
        };
        Vms[id] = vm;
        var result = new Dictionary<string, string>(source.Configuration) { ["name"] = form.GetValueOrDefault("name", $"VM {id}") };
        result.Remove("template");
        if (form.TryGetValue("description", out string? description))
            result["description"] = description;
        return Start($"qmclone:{source.Id}", source.Host, fault, () => Finish(vm, result), () => Vms.Remove(id));
    }

    private static string Finish(FakeVm vm, IEnumerable<KeyValuePair<string, string>> configuration)
    {
        vm.Configuration.Clear();
        foreach ((string key, string value) in configuration)
            vm.Set(key, value);
        return "OK";
    }

    private static string Restarted(FakeVm vm)
    {
        vm.Boots++;
        return "OK";
    }

    private HttpResponseMessage Start(string what, string host, ProxmoxFault fault, Func<string> finish, Action? undo = null)
    {
        string upid = string.Create(CultureInfo.InvariantCulture, $"UPID:{host}:{++_number:X8}:00000001:6740A000:{what}:{Token}:");
        _tasks[upid] = new(TaskPolls(), fault == ProxmoxFault.TaskFails ? () => Fail(undo) : finish);
        return Data(upid);
    }

    private static string Fail(Action? undo)
    {
        undo?.Invoke();
        return "storage 'local-zfs' is not available";
    }

    private HttpResponseMessage TaskStatus(string host, string upid)
    {
        if (!_tasks.TryGetValue(upid, out FakeTask? task) || !upid.StartsWith($"UPID:{host}:", StringComparison.Ordinal))
            return Refuse(400, "Parameter verification failed.", """{"data":null,"errors":{"upid":"no such task"}}""");
        task.Poll();
        return Data(
            task.Exit is null
                ? new JsonObject { ["status"] = "running" }
                : new JsonObject { ["status"] = "stopped", ["exitstatus"] = task.Exit }
        );
    }

    private HttpResponseMessage NextId(Dictionary<string, string> form)
    {
        if (!form.TryGetValue("vmid", out string? text))
            return Data("100");
        return Vms.ContainsKey(long.Parse(text, CultureInfo.InvariantCulture))
            ? Refuse(400, "Parameter verification failed.", $$$"""{"data":null,"errors":{"vmid":"VM {{{text}}} already exists"}}""")
            : Data(text);
    }

    private HttpResponseMessage Overview(bool isStale)
    {
        // Tasks that nobody asks about end, too.
        foreach (FakeTask task in _tasks.Values)
            task.Poll();
        var rows = new JsonArray();
        foreach ((string name, (int cores, long memory)) in Hosts)
            rows.Add(
                new JsonObject
                {
                    ["type"] = "node",
                    ["node"] = name,
                    ["status"] = Offline.Contains(name) ? "offline" : "online",
                    ["maxcpu"] = cores,
                    ["maxmem"] = memory << 20,
                    ["mem"] = 0,
                }
            );
        foreach (FakeVm vm in Vms.Values)
        {
            long memory = long.Parse(vm.Configuration.GetValueOrDefault("memory", "512"), CultureInfo.InvariantCulture);
            var row = new JsonObject
            {
                ["type"] = "qemu",
                ["node"] = vm.Host,
                ["vmid"] = vm.Id,
                ["name"] = vm.Configuration.GetValueOrDefault("name", $"VM {vm.Id}"),
                ["status"] = vm.IsRunning ? "running" : "stopped",
                ["maxcpu"] = int.Parse(vm.Configuration.GetValueOrDefault("cores", "1"), CultureInfo.InvariantCulture),
                ["maxmem"] = memory << 20,
                ["template"] = vm.Configuration.ContainsKey("template") ? 1 : 0,
            };
            if (vm.Configuration.TryGetValue("tags", out string? tags))
                row["tags"] = tags;
            if (vm.Configuration.TryGetValue("lock", out string? held))
                row["lock"] = held;
            rows.Add(ReportsLate ? new JsonObject(UnreportedFields.Select(one => KeyValuePair.Create(one, row[one]?.DeepClone()))) : row);
        }

        string text = rows.ToJsonString();
        _overviews.Enqueue(text);
        if (_overviews.Count > 4)
            _overviews.Dequeue();
        return Data(JsonNode.Parse(isStale ? _overviews.Peek() : text));
    }

    // The rules of the published API schema for what we send.
    private static HttpResponseMessage? CheckParameters(Dictionary<string, string> form, string[] further)
    {
        foreach ((string key, string value) in form)
        {
            string? wrong = key switch
            {
                "name" when !DnsName().IsMatch(value) => "invalid format - value does not look like a valid DNS name",
                "tags" when value.Split(';').Any(static tag => !Tag().IsMatch(tag)) => "invalid format - invalid characters in tag",
                "description" when value.Length > 8192 => "value may only be 8192 characters long",
                "cores" or "sockets" when !int.TryParse(value, out int count) || count < 1 => "value must have a minimum value of 1",
                "memory" when !long.TryParse(value, out long memory) || memory < 16 => "value must have a minimum value of 16",
                _ when key.StartsWith("net", StringComparison.Ordinal) && !Net().IsMatch(value) => "invalid format - format error",
                "smbios1" => value.Length > 512 ? "value may only be 512 characters long"
                : Smbios().IsMatch(value) ? null
                : "invalid format - format error",
                _ => Known().IsMatch(key) || further.Contains(key)
                    ? null
                    : "property is not defined in schema and the schema does not allow additional properties",
            };
            if (wrong is not null)
                return Refuse(
                    400,
                    "Parameter verification failed.",
                    new JsonObject
                    {
                        ["data"] = null,
                        ["errors"] = new JsonObject { [key] = wrong },
                    }.ToJsonString()
                );
        }

        return null;
    }

    private static Dictionary<string, string> Parse(string form)
    {
        var values = new Dictionary<string, string>();
        // As Proxmox does, at '&' and at ';'.
        foreach (string pair in form.Split(['&', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            values[HttpUtility.UrlDecode(parts[0])] = parts.Length > 1 ? HttpUtility.UrlDecode(parts[1]) : "";
        }

        return values;
    }

    private static HttpResponseMessage Data(JsonNode? data) =>
        new(HttpStatusCode.OK)
        {
            Content = new StringContent(new JsonObject { ["data"] = data?.DeepClone() }.ToJsonString(), Encoding.UTF8, "application/json"),
        };

    private static HttpResponseMessage Refuse(int code, string reason, string? body = null) =>
        new((HttpStatusCode)code)
        {
            ReasonPhrase = reason,
            Content = new StringContent(body ?? """{"data":null}""", Encoding.UTF8, "application/json"),
        };

    [GeneratedRegex("^([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)(\\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*$")]
    private static partial Regex DnsName();

    [GeneratedRegex("^[a-z0-9_][a-z0-9_+.-]*$")]
    private static partial Regex Tag();

    [GeneratedRegex("^(model=)?(virtio|e1000)(=([0-9A-F]{2}:){5}[0-9A-F]{2})?,bridge=[a-z0-9]+(,tag=[0-9]+)?$")]
    private static partial Regex Net();

    [GeneratedRegex(
        "^((base64=[01]|uuid=[a-fA-F0-9]{8}(-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}|(manufacturer|product|version|serial|sku|family)=[A-Za-z0-9+/]+={0,2})(,|$))+$"
    )]
    private static partial Regex Smbios();

    [GeneratedRegex(
        "^(name|description|tags|cores|sockets|memory|cpu|boot|ostype|agent|cicustom|citype|ciuser|net[0-9]+|ide[0-9]|scsi[0-9]+|scsihw|machine|numa|hugepages|hostpci[0-9]+|ipconfig[0-9]+|serial[0-9])$"
    )]
    private static partial Regex Known();

    private sealed class FakeTask(int polls, Func<string> finish)
    {
        private int _left = polls;

        public string? Exit { get; private set; }

        public void Poll()
        {
            if (Exit is null && --_left <= 0)
                Exit = finish();
        }
    }
}

/// <summary>A machine of <see cref="FakeProxmox"/>.</summary>
internal sealed class FakeVm
{
    private int _changes;

    public long Id { get; init; }

    public required string Host { get; set; }

    public required Dictionary<string, string> Configuration { get; init; }

    public bool IsRunning { get; set; }

    /// <summary>Made, or altered, by someone else: must never be destroyed by us.</summary>
    public bool IsForeign { get; set; }

    public bool IgnoresGuest { get; set; }

    public int Boots { get; set; }

    public string Digest => $"{Id:x8}{_changes:x8}";

    public string? Claim => Core.Machines.MachineMark.Parse(Configuration.GetValueOrDefault("description"))?.ClaimUid;

    public void Set(string key, string value)
    {
        _changes++;
        Configuration[key] = value;
    }
}
