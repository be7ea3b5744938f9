using System.Net;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>Addresses that carry a user name and a password before the @. These are credentials and never shown.</summary>
public static class Addresses
{
    /// <summary>Scheme, host, port and path: without user name and password, and without a query, which may hold a token.</summary>
    public static Uri WithoutCredentials(this Uri address) =>
        address is { UserInfo: "", Query: "", Fragment: "" }
            ? address
            : new(address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));

    /// <summary>What stands before the @ of an address; null without.</summary>
    internal static NetworkCredential? Credentials(this Uri address)
    {
        string[] parts = address.UserInfo.Split(':', 2);
        return address.UserInfo.Length == 0
            ? null
            : new(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }
}
