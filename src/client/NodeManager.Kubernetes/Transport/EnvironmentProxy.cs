using System.Net;
using NodeManager.Kubernetes.Configuration;

namespace NodeManager.Kubernetes.Transport;

/// <summary>
/// <c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c> and <c>NO_PROXY</c> as in kubectl: loopback is never proxied; NO_PROXY accepts host names (with
/// subdomains), addresses and networks such as <c>10.0.0.0/8</c>, each with an optional port, and <c>*</c>.
/// </summary>
internal sealed class EnvironmentProxy(Uri? https, Uri? http, string[] except) : IWebProxy
{
    private const string Https = "HTTPS_PROXY",
        Http = "HTTP_PROXY",
        RemoteSocks = "socks5h://";

    // Without passwords, because exceptions quote a proxy's address.
    private readonly Uri? _https = https?.WithoutCredentials();
    private readonly Uri? _http = http?.WithoutCredentials();

    public ICredentials? Credentials { get; set; } = new ProxyCredentials([https, http]);

    /// <exception cref="NodeManagerException">The server's proxy is of a kind that is not supported.</exception>
    public static EnvironmentProxy Read(Uri server)
    {
        EnvironmentProxy proxy = new(
            Address(Https),
            Address(Http),
            (Variable("NO_PROXY") ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        );
        // The transport would fail with an exception that names neither the variable nor the address.
        if (
            !proxy.IsBypassed(server)
            && proxy.Of(server) is { Scheme: not ("http" or "https" or "socks4" or "socks4a" or "socks5") } address
        )
            throw Unsupported(server.Scheme == Uri.UriSchemeHttps ? Https : Http, address);
        return proxy;
    }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : Of(destination);

    public bool IsBypassed(Uri host) => Of(host) is null || host.IsLoopback || except.Any(entry => Covers(entry, host));

    private Uri? Of(Uri destination) => destination.Scheme == Uri.UriSchemeHttps ? _https : _http;

    private static bool Covers(string entry, Uri destination)
    {
        if (entry == "*")
            return true;
        if (IPNetwork.TryParse(entry, out IPNetwork network))
            return IPAddress.TryParse(destination.IdnHost, out IPAddress? inside) && network.Contains(inside);
        if (IPAddress.TryParse(entry, out IPAddress? address))
            return IPAddress.TryParse(destination.IdnHost, out IPAddress? same) && address.Equals(same);
        int colon = entry.LastIndexOf(':');
        if (colon > 0 && int.TryParse(entry.AsSpan(colon + 1), out int port))
            return port == destination.Port && Covers(entry[..colon].Trim('[', ']'), destination);
        bool onlyBelow = entry.StartsWith('.');
        string name = entry.TrimStart('*').TrimStart('.');
        return !onlyBelow && destination.IdnHost.Equals(name, StringComparison.OrdinalIgnoreCase)
            || destination.IdnHost.EndsWith("." + name, StringComparison.OrdinalIgnoreCase);
    }

    private static Uri? Address(string variable)
    {
        if (Variable(variable) is not { } text)
            return null;
        if (!text.Contains("://", StringComparison.Ordinal))
            text = "http://" + text;
        // .NET has only the first name, and always lets the proxy resolve names.
        if (text.StartsWith(RemoteSocks, StringComparison.OrdinalIgnoreCase))
            text = "socks5://" + text[RemoteSocks.Length..];
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? address) ? address : null;
    }

    private static NodeManagerException Unsupported(string variable, Uri address) =>
        new(
            ErrorIds.KubeconfigInvalid,
            ErrorKind.InvalidData,
            $"The environment variable {variable} should be an http, https or socks5 address, not '{address}'.",
            variable,
            $"Correct {variable}, set proxy-url in the kubeconfig, or add the server to NO_PROXY."
        );

    private static string? Variable(string name)
    {
        string? value = Environment.GetEnvironmentVariable(name);
        if (string.IsNullOrEmpty(value))
            value = Environment.GetEnvironmentVariable(name.ToLowerInvariant());
        return string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>The credentials of each proxy, which are not sent to the other.</summary>
    private sealed class ProxyCredentials(Uri?[] proxies) : ICredentials
    {
        public NetworkCredential? GetCredential(Uri uri, string authType) =>
            proxies
                .FirstOrDefault(proxy =>
                    proxy is not null
                    && Uri.Compare(proxy, uri, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0
                )
                ?.Credentials();
    }
}
