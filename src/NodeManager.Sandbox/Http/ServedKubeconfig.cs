using System.Text;

namespace NodeManager.Sandbox.Http;

/// <summary>The kubeconfig of a server, readable by its user alone.</summary>
internal sealed class ServedKubeconfig : IDisposable
{
    private readonly string? _folder;

    private ServedKubeconfig(string path, string? folder)
    {
        Path = path;
        _folder = folder;
    }

    public string Path { get; }

    /// <param name="path">Null makes a folder for it, which goes when this is disposed.</param>
    /// <param name="server">Its address.</param>
    /// <param name="authorityPem">Whom to trust.</param>
    /// <param name="token">What to show.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static ServedKubeconfig Write(string? path, Uri server, string authorityPem, string token)
    {
        string? folder = path is null ? Directory.CreateTempSubdirectory("nodemanager-sandbox-").FullName : null;
        string target = path is null ? System.IO.Path.Combine(folder!, "kubeconfig") : System.IO.Path.GetFullPath(path);
        PrivateFile.Write(target, Encoding.UTF8.GetBytes(Text(server, authorityPem, token)));
        return new(target, folder);
    }

    public void Dispose()
    {
        if (_folder is null || !Directory.Exists(_folder)) return;
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // Another process has it open (Windows): its token is no longer valid.
        }
    }

    private static string Text(Uri server, string authorityPem, string token) => $"""
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
