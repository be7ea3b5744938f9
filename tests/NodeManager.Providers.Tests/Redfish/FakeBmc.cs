using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace NodeManager.Providers.Tests.Redfish;

/// <summary>A controller as DSP0266 describes it, with the habits that controllers are known for.</summary>
internal sealed class FakeBmc : HttpMessageHandler
{
    public const string UserName = "admin",
        Password = "bmc-password-1";

    private readonly Lock _gate = new();
    private readonly HashSet<string> _sessions = [];
    private int _number,
        _version,
        _powerLag = -1,
        _busy;
    private string _wanted = "Off";

    public string Power { get; set; } = "Off";

    public string? AssetTag { get; set; } = "";

    public string BootTarget { get; private set; } = "Hdd";

    public string BootEnabled { get; private set; } = "Disabled";

    public string? HttpBootUri { get; private set; }

    /// <summary>Whether it knows UefiHttp, and keeps the URI.</summary>
    public bool HasHttpBoot { get; init; }

    public bool DropsHttpBootUri { get; init; }

    public long MemoryGiB { get; init; } = 64;

    /// <summary>The types of its processors.</summary>
    public string[] Processors { get; init; } = ["CPU", "CPU"];

    /// <summary>The size of its drive in GB; null: none is reported.</summary>
    public long? DriveGB { get; init; }

    public int Cores { get; init; } = 16;

    /// <summary>It answers 204 and changes its power only so many reads later.</summary>
    public int PowerLag { get; init; }

    /// <summary>How many resets it accepts without doing anything.</summary>
    public int IgnoredResets { get; set; }

    /// <summary>It takes the boot target at the settings resource only.</summary>
    public bool HasBootSettings { get; init; }

    /// <summary>It takes a boot target only with the mode.</summary>
    public bool WantsMode { get; init; }

    /// <summary>It hands out strong ETags and compares weak ones.</summary>
    public bool WeakensETags { get; init; }

    public bool HasETags { get; init; } = true;

    /// <summary>Resets are tasks.</summary>
    public bool HasTasks { get; init; }

    /// <summary>It refuses so many requests as busy.</summary>
    public int Busy { get; set; }

    /// <summary>As what: 503, or an error that says so.</summary>
    public bool IsBusyAsError { get; init; }

    /// <summary>It cuts asset tags.</summary>
    public int AssetTagLength { get; init; } = 63;

    public bool IsDown { get; set; }

    /// <summary>How it refuses asset tags; null: it accepts them.</summary>
    public HttpStatusCode? RefusesAssetTags { get; init; }

    public int Sessions => _sessions.Count;

    public List<string> Requests { get; } = [];

    public IReadOnlyList<string> Resets { get; init; } = ["On", "ForceOff", "GracefulShutdown", "ForceRestart"];

    public void ExpireSessions() => _sessions.Clear();

    public void Touch() => _version++;

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(request, cancellationToken).GetAwaiter().GetResult();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string text = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        lock (_gate)
        {
            if (IsDown)
                throw new HttpRequestException(HttpRequestError.ConnectionError, "No route to host");
            string path = request.RequestUri!.AbsolutePath.TrimEnd('/');
            Requests.Add($"{request.Method} {path} {(text.Contains("Password", StringComparison.Ordinal) ? "" : text)}".TrimEnd());
            JsonNode? body = text.Length > 0 ? JsonNode.Parse(text) : null;
            if (path == "/redfish/v1")
                return Json(
                    new JsonObject
                    {
                        ["RedfishVersion"] = "1.20.0",
                        ["Systems"] = Link("/redfish/v1/Systems"),
                        ["Links"] = new JsonObject { [nameof(Sessions)] = Link("/redfish/v1/SessionService/Sessions") },
                    }
                );
            if (request.Method == HttpMethod.Post && path == "/redfish/v1/SessionService/Sessions")
                return LogIn(body!);
            if (!request.Headers.TryGetValues("X-Auth-Token", out IEnumerable<string>? tokens) || !_sessions.Contains(tokens.Single()))
                return Refuse(HttpStatusCode.Unauthorized, "Base.1.18.NoValidSession", "There is no valid session.");
            if (request.Method == HttpMethod.Delete)
            {
                _sessions.Remove(tokens.Single());
                return new(HttpStatusCode.NoContent);
            }

            if (_busy++ < Busy)
            {
                if (IsBusyAsError)
                    return Refuse(
                        HttpStatusCode.BadRequest,
                        "Base.1.18.ServiceTemporarilyUnavailable",
                        "The service is temporarily unavailable."
                    );
                HttpResponseMessage busy = Refuse(HttpStatusCode.ServiceUnavailable, "Base.1.18.GeneralError", "Busy.");
                busy.Headers.RetryAfter = new(TimeSpan.FromSeconds(3));
                return busy;
            }

            return (request.Method.Method, path) switch
            {
                ("GET", "/redfish/v1/Systems") => Json(new JsonObject { ["Members"] = new JsonArray(Link("/redfish/v1/Systems/1")) }),
                ("GET", "/redfish/v1/Systems/1") => System(),
                ("PATCH", "/redfish/v1/Systems/1") => Patch(request, body!, false),
                ("PATCH", "/redfish/v1/Systems/1/Settings") when HasBootSettings => Patch(request, body!, true),
                ("POST", "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset") => Reset((string)body!["ResetType"]!),
                ("GET", "/redfish/v1/TaskService/Monitors/1") => Monitor(),
                ("GET", "/redfish/v1/Systems/1/EthernetInterfaces") => Json(
                    new JsonObject { ["Members"] = new JsonArray(Link("/redfish/v1/Systems/1/EthernetInterfaces/1")) }
                ),
                ("GET", "/redfish/v1/Systems/1/EthernetInterfaces/1") => Json(new JsonObject { ["MACAddress"] = "52:54:00:00:00:01" }),
                ("GET", "/redfish/v1/Systems/1/Processors") => Json(
                    new JsonObject
                    {
                        ["Members"] = new JsonArray([
                            .. Processors.Select(static (_, number) => (JsonNode)Link($"/redfish/v1/Systems/1/Processors/{number}")),
                        ]),
                    }
                ),
                ("GET", var one) when one.StartsWith("/redfish/v1/Systems/1/Processors/", StringComparison.Ordinal) => Json(
                    new JsonObject { ["ProcessorType"] = Processors[one[^1] - '0'] }
                ),
                ("GET", "/redfish/v1/Systems/1/Storage") => Json(
                    new JsonObject { ["Members"] = DriveGB is null ? [] : new JsonArray(Link("/redfish/v1/Systems/1/Storage/1")) }
                ),
                ("GET", "/redfish/v1/Systems/1/Storage/1") => Json(
                    new JsonObject { ["Drives"] = new JsonArray(Link("/redfish/v1/Systems/1/Storage/1/Drives/1")) }
                ),
                ("GET", "/redfish/v1/Systems/1/Storage/1/Drives/1") => Json(new JsonObject { ["CapacityBytes"] = DriveGB * 1_000_000_000 }),
                _ => Refuse(HttpStatusCode.NotFound, "Base.1.18.ResourceMissingAtURI", $"{path} is missing."),
            };
        }
    }

    private HttpResponseMessage LogIn(JsonNode body)
    {
        if ((string?)body["UserName"] != UserName || (string?)body["Password"] != Password)
            return Refuse(HttpStatusCode.Unauthorized, "Base.1.18.InsufficientPrivilege", "no");
        string token = $"token-{++_number}";
        _sessions.Add(token);
        HttpResponseMessage answer = Json(new JsonObject { ["Id"] = "1" }, HttpStatusCode.Created);
        answer.Headers.Add("X-Auth-Token", token);
        answer.Headers.Location = new("/redfish/v1/SessionService/Sessions/" + token, UriKind.Relative);
        return answer;
    }

    private HttpResponseMessage System()
    {
        if (_powerLag >= 0 && _powerLag-- == 0)
            Power = _wanted;
        var system = new JsonObject
        {
            ["@odata.id"] = "/redfish/v1/Systems/1",
            ["Id"] = "1",
            ["PowerState"] = Power,
            ["Boot"] = new JsonObject
            {
                ["BootSourceOverrideTarget"] = BootTarget,
                ["BootSourceOverrideEnabled"] = BootEnabled,
                ["BootSourceOverrideMode"] = "UEFI",
                ["BootSourceOverrideTarget@Redfish.AllowableValues"] = HasHttpBoot
                    ? new JsonArray("None", "Pxe", "Hdd", "UefiHttp")
                    : new JsonArray("None", "Pxe", "Hdd"),
                [nameof(HttpBootUri)] = HttpBootUri,
            },
            ["Actions"] = new JsonObject
            {
                ["#ComputerSystem.Reset"] = new JsonObject
                {
                    ["target"] = "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset",
                    ["ResetType@Redfish.AllowableValues"] = new JsonArray([.. Resets.Select(static one => (JsonNode)one)]),
                },
            },
            ["ProcessorSummary"] = new JsonObject { ["Count"] = 2, ["CoreCount"] = Cores },
            ["MemorySummary"] = new JsonObject { ["TotalSystemMemoryGiB"] = MemoryGiB },
            ["EthernetInterfaces"] = Link("/redfish/v1/Systems/1/EthernetInterfaces"),
            [nameof(Processors)] = Link("/redfish/v1/Systems/1/Processors"),
            ["Storage"] = Link("/redfish/v1/Systems/1/Storage"),
        };
        if (AssetTag is not null)
            system[nameof(AssetTag)] = AssetTag;
        if (HasBootSettings)
            system["@Redfish.Settings"] = new JsonObject { ["SettingsObject"] = Link("/redfish/v1/Systems/1/Settings") };
        HttpResponseMessage answer = Json(system);
        if (HasETags)
            answer.Headers.TryAddWithoutValidation("ETag", ETag);
        return answer;
    }

    private string ETag => string.Create(CultureInfo.InvariantCulture, $"\"v{_version}\"");

    private HttpResponseMessage Patch(HttpRequestMessage request, JsonNode body, bool isSettings)
    {
        if (HasETags && !isSettings)
        {
            string wanted = WeakensETags ? "W/" + ETag : ETag;
            string given = request.Headers.TryGetValues("If-Match", out IEnumerable<string>? values) ? values.Single() : wanted;
            if (given != wanted)
                return Refuse(HttpStatusCode.PreconditionFailed, "Base.1.18.PreconditionFailed", "The ETag does not match.");
        }

        if ((string?)body[nameof(AssetTag)] is { } tag)
        {
            if (RefusesAssetTags is { } refusal)
                return Refuse(refusal, "Base.1.18.PropertyNotWritable", "AssetTag is read-only.");
            AssetTag = tag.Length > AssetTagLength ? tag[..AssetTagLength] : tag;
            _version++;
        }

        if (body["Boot"] is { } boot)
        {
            if (HasBootSettings != isSettings)
                return Refuse(HttpStatusCode.BadRequest, "Base.1.18.PropertyNotWritable", "Boot is not writable here.");
            if (WantsMode && boot["BootSourceOverrideMode"] is null)
                return new(HttpStatusCode.NoContent);
            (BootTarget, BootEnabled) = ((string)boot["BootSourceOverrideTarget"]!, (string)boot["BootSourceOverrideEnabled"]!);
            if (HasHttpBoot && !DropsHttpBootUri)
                HttpBootUri = (string?)boot[nameof(HttpBootUri)];
            _version++;
        }

        return new(HttpStatusCode.NoContent);
    }

    private HttpResponseMessage Reset(string type)
    {
        if (!Resets.Contains(type))
            return Refuse(HttpStatusCode.BadRequest, "Base.1.18.ActionParameterNotSupported", type);
        if (IgnoredResets-- > 0)
            return new(HttpStatusCode.NoContent);
        _wanted = type is "ForceOff" or "GracefulShutdown" ? "Off" : "On";
        if (PowerLag > 0)
            _powerLag = PowerLag;
        else
            Power = _wanted;
        if (!HasTasks)
            return new(HttpStatusCode.NoContent);
        var answer = new HttpResponseMessage(HttpStatusCode.Accepted);
        answer.Headers.Location = new("/redfish/v1/TaskService/Monitors/1", UriKind.Relative);
        answer.Headers.RetryAfter = new(TimeSpan.FromSeconds(2));
        _monitor = 2;
        return answer;
    }

    private int _monitor;

    private HttpResponseMessage Monitor() => _monitor-- > 0 ? new(HttpStatusCode.Accepted) : new(HttpStatusCode.NoContent);

    private static JsonObject Link(string path) => new() { ["@odata.id"] = path };

    private static HttpResponseMessage Json(JsonObject body, HttpStatusCode code = HttpStatusCode.OK) =>
        new(code) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };

    private static HttpResponseMessage Refuse(HttpStatusCode code, string id, string message) =>
        Json(
            new JsonObject
            {
                ["error"] = new JsonObject
                {
                    ["code"] = "Base.1.18.GeneralError",
                    ["message"] = "See ExtendedInfo.",
                    ["@Message.ExtendedInfo"] = new JsonArray(new JsonObject { ["MessageId"] = id, ["Message"] = message }),
                },
            },
            code
        );
}
