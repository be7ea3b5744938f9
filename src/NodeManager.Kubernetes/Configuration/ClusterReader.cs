namespace NodeManager.Kubernetes.Configuration;

/// <summary>Reads the cluster's half of a kubeconfig.</summary>
internal static class ClusterReader
{
    public static ClusterConfiguration Read(YamlSection cluster, string context, string name, bool skipTlsVerify) => new()
    {
        ContextName = context,
        ClusterName = name,
        Server = ReadServer(cluster),
        CertificateAuthorities = CertificateReader.ReadAuthorities(cluster),
        SkipTlsVerify = skipTlsVerify || cluster.Flag("insecure-skip-tls-verify"),
        TlsServerName = cluster.Text("tls-server-name"),
        Proxy = ReadProxy(cluster),
        DisableCompression = cluster.Flag("disable-compression"),
        PluginConfiguration = cluster.Named("extensions")
            .FirstOrDefault(extension => extension.Name == "client.authentication.k8s.io/exec").Section?.Json("extension"),
    };

    private static Uri ReadServer(YamlSection cluster)
    {
        string text = cluster.RequiredText("server");
        // As kubectl reads it: an address without a scheme is plain HTTP.
        if (!text.Contains("://", StringComparison.Ordinal)) text = "http://" + text;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? server) && server.Scheme is "http" or "https"
            ? server
            : throw cluster.Invalid("server", "should be an http or https address");
    }

    private static Uri? ReadProxy(YamlSection cluster)
    {
        if (cluster.Text("proxy-url") is not { } text) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? proxy) && proxy.Scheme is "http" or "https" or "socks5"
            ? proxy
            : throw cluster.Invalid("proxy-url", "should be an http, https or socks5 address");
    }
}
