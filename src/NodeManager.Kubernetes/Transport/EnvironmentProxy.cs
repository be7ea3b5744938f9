using System.Net;

namespace NodeManager.Kubernetes.Transport;

/// <summary>
/// <c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c> and <c>NO_PROXY</c> as kubectl reads them: loopback is never proxied, and NO_PROXY takes host names
/// (with all below them), addresses, networks such as <c>10.0.0.0/8</c>, each with an optional port, and <c>*</c>.
/// </summary>
internal sealed class EnvironmentProxy(Uri? https, Uri? http, string[] except) : IWebProxy
{
    public ICredentials? Credentials { get; set; } = (https ?? http) is { } address ? CredentialsOf(address) : null;

    public static EnvironmentProxy Read() => new(
        Address("HTTPS_PROXY"), Address("HTTP_PROXY"),
        (Variable("NO_PROXY") ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>What stands before the @ of an address; null without.</summary>
    public static NetworkCredential? CredentialsOf(Uri address)
    {
        string[] parts = address.UserInfo.Split(':', 2);
        return address.UserInfo.Length == 0
            ? null
            : new(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : Of(destination);

    public bool IsBypassed(Uri host) => Of(host) is null || host.IsLoopback || except.Any(entry => Covers(entry, host));

    private Uri? Of(Uri destination) => destination.Scheme == Uri.UriSchemeHttps ? https : http;

    private static bool Covers(string entry, Uri destination)
    {
        if (entry == "*") return true;
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
        if (Variable(variable) is not { } text) return null;
        if (!text.Contains("://", StringComparison.Ordinal)) text = "http://" + text;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? address) ? address : null;
    }

    private static string? Variable(string name)
    {
        string? value = Environment.GetEnvironmentVariable(name);
        if (string.IsNullOrEmpty(value)) value = Environment.GetEnvironmentVariable(name.ToLowerInvariant());
        return string.IsNullOrEmpty(value) ? null : value;
    }
}
