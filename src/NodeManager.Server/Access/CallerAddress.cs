using System.Net;
using System.Net.Sockets;

namespace NodeManager.Server.Access;

/// <summary>The client address for limits without credentials.</summary>
internal static class CallerAddress
{
    private const int Ipv6SubnetBytes = 8;

    /// <summary>The IPv4 address, or the /64 prefix of the IPv6 address, which a single host controls.</summary>
    public static string Of(HttpContext context) => Of(context.Connection.RemoteIpAddress);

    /// <inheritdoc cref="Of(HttpContext)"/>
    public static string Of(IPAddress? address)
    {
        if (address is null)
            return "unknown";
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4().ToString();
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
            return address.ToString();
        byte[] bytes = address.GetAddressBytes();
        Array.Clear(bytes, Ipv6SubnetBytes, bytes.Length - Ipv6SubnetBytes);
        return new IPAddress(bytes) + "/64";
    }
}
