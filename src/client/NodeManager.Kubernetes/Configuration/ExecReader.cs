using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Credentials;
using NodeManager.Kubernetes.Files;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>Reads the configuration of a user's credential plugin.</summary>
internal static class ExecReader
{
    private const string Version1 = "client.authentication.k8s.io/v1";

    public static ExecConfiguration Read(YamlSection user, YamlSection exec, ClusterConfiguration cluster)
    {
        string version = exec.RequiredText("apiVersion");
        if (version is not (Version1 or "client.authentication.k8s.io/v1beta1"))
            throw KubeconfigErrors.Unsupported(
                user,
                "exec.apiVersion",
                $"is '{version}'; known are client.authentication.k8s.io/v1 and v1beta1",
                "Update the plugin and let it write the kubeconfig again."
            );
        CheckMode(user, exec, version);
        Dictionary<string, string> environment = [];
        foreach ((string name, YamlSection variable) in exec.Named("env"))
        {
            if (name.Length == 0)
                throw exec.Invalid("env", "has a variable without a name");
            environment[name] = variable.Text("value") ?? "";
        }

        return new(version, Command(exec), exec.Texts("args"), environment)
        {
            InstallHint = exec.Text("installHint") is { } hint ? Printable(hint) : null,
            Cluster = exec.Flag("provideClusterInfo") ? Describe(cluster) : null,
        };
    }

    private static void CheckMode(YamlSection user, YamlSection exec, string version)
    {
        string? mode = exec.Text("interactiveMode");
        if (mode is null && version == Version1)
            throw exec.Invalid("interactiveMode", "is missing; v1 requires Never, IfAvailable or Always");
        if (mode is not (null or "Never" or "IfAvailable" or "Always"))
            throw exec.Invalid("interactiveMode", "should be Never, IfAvailable or Always");
        if (mode == "Always")
            throw KubeconfigErrors.Unsupported(
                user,
                "exec.interactiveMode",
                "is Always, but no terminal is available for the plugin's prompt",
                "Log in with the plugin's own command and set interactiveMode to IfAvailable."
            );
    }

    /// <summary>A bare name is searched in PATH; a relative path is relative to its file.</summary>
    private static string Command(YamlSection exec)
    {
        string command = exec.RequiredText("command");
        return CommandPath.IsPath(command) ? KubeconfigPath.Resolve(exec, command) : command;
    }

    /// <summary>Escapes text of the file, which is displayed to the user.</summary>
    private static string Printable(string hint) =>
        string.Concat(hint.Where(character => !char.IsControl(character) || character is '\t' or '\n')).Trim();

    private static JsonObject Describe(ClusterConfiguration cluster)
    {
        var description = new JsonObject { ["server"] = cluster.Server.OriginalString };
        if (cluster.TlsServerName is { } name)
            description["tls-server-name"] = name;
        if (cluster.SkipTlsVerify)
            description["insecure-skip-tls-verify"] = true;
        if (cluster.CertificateAuthorities is { } authorities)
            description["certificate-authority-data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(authorities.ExportCertificatePems()));
        if (cluster.Proxy is { } proxy)
            description["proxy-url"] = proxy.OriginalString;
        if (cluster.DisableCompression)
            description["disable-compression"] = true;
        description["config"] = cluster.PluginConfiguration?.DeepClone();
        return description;
    }
}
