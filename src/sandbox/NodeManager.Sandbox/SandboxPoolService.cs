using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Http;
using NodeManager.Sandbox.Pools;

namespace NodeManager.Sandbox;

/// <summary>The pool service of an embedded cluster: its API, and a platform that adds and removes nodes.</summary>
public sealed class SandboxPoolService : IDisposable
{
    public const string User = "sandbox@example.com";

    private readonly PoolPlatform _platform;
    private readonly Func<string, bool> _isKnownToken;
    private readonly CancellationToken _stopped;
    private readonly TimeProvider _time;

    internal SandboxPoolService(
        ResourceRegistry registry,
        KindCatalog catalog,
        int seed,
        Func<string, bool> isKnownToken,
        CancellationToken stopped
    )
    {
        IdentitySource identities = new(unchecked((int)StableHash.Of("pools", seed)));
        _time = registry.Time;
        _stopped = stopped;
        _isKnownToken = token =>
            isKnownToken(token) || CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(Token));
        var store = new PoolStore(_time, identities);
        Api = new(store, _time);
        ClusterId = store.AddCluster("sandbox", new() { ["platform"] = new JsonObject { ["type"] = "gcp" } }, User).Id;
        store.Report(
            true,
            ClusterId,
            new()
            {
                ["controller_name"] = "sandbox",
                ["observed_generation"] = 1,
                ["conditions"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "Ready",
                        ["status"] = "True",
                        ["lastTransitionTime"] = ResourceRegistry.MicroTimestamp(_time.GetUtcNow()),
                    }
                ),
            }
        );
        PoolAdoption.Adopt(store, registry.As(new("pool-controller"), stopped), ClusterId, User);
        _platform = new(store, registry, catalog, identities, ClusterId);
    }

    /// <summary>The address of the in-process transport.</summary>
    public Uri Address { get; } = new("http://pools.sandbox.invalid/api/v1");

    /// <summary>The embedded cluster's id at the service. Pools of other clusters get no nodes.</summary>
    public string ClusterId { get; }

    /// <summary>An accepted bearer token.</summary>
    public string Token { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    internal PoolApi Api { get; }

    /// <summary>The platform's last failure; null for none.</summary>
    internal Exception? Fault => _platform.Fault;

    /// <summary>The number of nodes once the platform is done.</summary>
    public static int DesiredNodes(JsonObject spec) => PoolMachines.Desired(spec);

    public HttpMessageHandler CreateTransport() => new PoolTransport(Api, _isKnownToken, _time, _stopped);

    public void Dispose() => _platform.Dispose();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Api.Store.Pools().Count} pools");
}
