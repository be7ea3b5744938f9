using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>A token file that another process renews: read again when it changes, every minute, and after the token was refused.</summary>
/// <param name="token">The token to send while the file cannot be read; null: that is an error.</param>
internal sealed class TokenFileSource(string path, string? token, TimeProvider time) : CredentialSource(Credential.None)
{
    // A mounted secret is replaced behind a symbolic link that does not change.
    private static readonly TimeSpan Trusted = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Credential? _current = token is null ? null : Credential.Bearer(token);
    private long? _read;
    private DateTime _written;

    public override ValueTask<Credential> GetAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            bool fresh = _read is { } read && time.GetElapsedTime(read) < Trusted && File.GetLastWriteTimeUtc(path) == _written;
            return ValueTask.FromResult(fresh ? _current! : Read());
        }
    }

    public override ValueTask<Credential> RefreshAsync(Credential refused, CancellationToken cancellationToken)
    {
        lock (_lock)
            return ValueTask.FromResult(ReferenceEquals(_current, refused) ? Read() : _current!);
    }

    private Credential Read()
    {
        try
        {
            DateTime written = File.GetLastWriteTimeUtc(path);
            string content = File.ReadAllText(path).Trim();
            if (content.Length == 0)
                throw new IOException("it is empty");
            if (!HeaderText.IsValid(content))
                throw new IOException("it contains a line break or another control character");
            if (_current?.Header?.Parameter != content)
                _current = Credential.Bearer(content);
            _written = written;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The file is being replaced; the former token may still be valid.
            if (_current is null)
                throw new NodeManagerException(
                    ErrorIds.KubeconfigInvalid,
                    ErrorKind.AuthenticationError,
                    $"The token file '{path}' cannot be read: {e.Message}",
                    path,
                    "Check that the file exists and that you have read permission.",
                    e
                );
        }

        _read = time.GetTimestamp();
        return _current;
    }
}
