using System.Collections;
using System.Globalization;
using System.Security;

namespace NodeManager.Parameters;

/// <summary>A <see cref="PoolServiceConfiguration"/>, a hashtable with its properties, or an address.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PoolServiceAttribute : ArgumentTransformationAttribute
{
    private static readonly string[] Keys =
    [
        "Uri",
        "User",
        "Cluster",
        "Routes",
        "Token",
        "Credential",
        "TokenPath",
        "TokenCommand",
        "CertificateAuthorityPath",
        "SkipCertificateCheck",
        "Proxy",
        "Timeout",
    ];

    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Plain(inputData) switch
        {
            IDictionary map => Read(
                engineIntrinsics,
                map.Cast<DictionaryEntry>()
                    .ToDictionary(static one => Text(one.Key), static one => Plain(one.Value), StringComparer.OrdinalIgnoreCase)
            ),
            string or Uri => new PoolServiceConfiguration { Uri = Address(inputData) },
            _ => inputData,
        };

    private static PoolServiceConfiguration Read(EngineIntrinsics engine, Dictionary<string, object?> given)
    {
        if (given.Keys.FirstOrDefault(static key => !Keys.Contains(key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            throw Refuse($"'{unknown}' is not a property of a pool service. Use {string.Join(", ", Keys)}.");
        var credential = given.GetValueOrDefault("Credential") switch
        {
            null => null,
            PSCredential one => one,
            var other => throw Refuse(
                $"Credential is a {other.GetType().Name}; it takes a PSCredential whose user name is the email address and whose password is the token."
            ),
        };
        string routes = Value("Routes");
        return new()
        {
            Uri = Address(given.GetValueOrDefault("Uri") ?? throw Refuse("Uri, the address of the pool service, is missing.")),
            User = Value("User") is { Length: > 0 } user ? user : credential?.UserName ?? "",
            Cluster = Value("Cluster"),
            Routes =
                routes.Length == 0
                    ? PoolServiceRoutes.Auto
                    : PoolServiceRoutes.All.FirstOrDefault(one => string.Equals(one, routes, StringComparison.OrdinalIgnoreCase))
                        ?? throw Refuse($"Routes are '{routes}'; use one of {string.Join(", ", PoolServiceRoutes.All)}."),
            Token = given.GetValueOrDefault("Token") switch
            {
                null => credential?.Password,
                SecureString token => token,
                _ => throw Refuse(
                    "Token takes a SecureString, so that it does not show in the history. Use Read-Host -AsSecureString, TokenPath or TokenCommand."
                ),
            },
            TokenPath = File("TokenPath"),
            TokenCommand = Value("TokenCommand"),
            CertificateAuthorityPath = File("CertificateAuthorityPath"),
            SkipCertificateCheck = given.GetValueOrDefault("SkipCertificateCheck") is { } skip && LanguagePrimitives.IsTrue(skip),
            Proxy = given.GetValueOrDefault("Proxy") is { } proxy ? Address(proxy) : null,
            Timeout = given.GetValueOrDefault("Timeout") is { } timeout
                ? (TimeSpan)new DurationAttribute().Transform(engine, timeout)!
                : new PoolServiceConfiguration().Timeout,
        };

        string Value(string key) => given.TryGetValue(key, out object? value) ? Text(value) : "";

        string File(string key) =>
            Value(key) is { Length: > 0 } path ? engine.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path) : "";
    }

    private static Uri Address(object value) =>
        Uri.TryCreate(Text(Plain(value)), UriKind.Absolute, out Uri? uri)
            ? uri
            : throw Refuse($"'{value}' is not an address such as https://pools.example.com.");

    private static object? Plain(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static ArgumentTransformationMetadataException Refuse(string message) => new(message);
}
