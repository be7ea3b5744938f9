using System.Text;

namespace NodeManager.Sandbox.Http;

/// <summary>The kubeconfig of a server with mode 0600.</summary>
internal sealed class ServedKubeconfig : IDisposable
{
    private readonly ServedFolder? _folder;

    private ServedKubeconfig(string path, ServedFolder? folder)
    {
        Path = path;
        _folder = folder;
    }

    public string Path { get; }

    /// <param name="path">Null: in a temporary folder, which is deleted on dispose.</param>
    public static ServedKubeconfig Write(string? path, Uri server, string authorityPem, string token)
    {
        ServedFolder? folder = path is null ? ServedFolder.Create(System.IO.Path.GetTempPath()) : null;
        string target = path is null ? System.IO.Path.Combine(folder!.Path, "kubeconfig") : System.IO.Path.GetFullPath(path);
        PrivateFile.Write(target, Encoding.UTF8.GetBytes(Text(server, authorityPem, token)));
        return new(target, folder);
    }

    public void Dispose() => _folder?.Dispose();

    private static string Text(Uri server, string authorityPem, string token) =>
        $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: sandbox
              cluster:
                server: {server.GetLeftPart(UriPartial.Authority)}
                certificate-authority-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(authorityPem))}
            users:
            - name: sandbox-admin
              user:
                token: {token}
            contexts:
            - name: sandbox
              context:
                cluster: sandbox
                user: sandbox-admin
            current-context: sandbox

            """.ReplaceLineEndings("\n");
}
