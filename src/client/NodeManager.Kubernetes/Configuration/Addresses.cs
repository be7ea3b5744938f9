using System.Net;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>Addresses with user name and password before the @, which are credentials and never displayed.</summary>
public static class Addresses
{
    /// <summary>Scheme, host, port and path: no user name and password, and no query, which may hold a token.</summary>
    public static Uri WithoutCredentials(this Uri address) =>
        address is { UserInfo: "", Query: "", Fragment: "" }
            ? address
            : new(address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));

    /// <summary>The user name and password of an address; null without.</summary>
    internal static NetworkCredential? Credentials(this Uri address)
    {
        string[] parts = address.UserInfo.Split(':', 2);
        return address.UserInfo.Length == 0
            ? null
            : new(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }
}
