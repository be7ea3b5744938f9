using System.Security.Cryptography;

namespace NodeManager.Server.OpenIdConnect;

/// <summary>The files that the options of the sign-in name. Errors name the file, never its content.</summary>
internal static class SignInFiles
{
    /// <exception cref="NodeManagerException">SignInFileUnreadable.</exception>
    public static T Read<T>(string option, string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Unreadable(option, path, problem is CryptographicException ? "it is not PEM" : problem.Message, problem);
        }
    }

    public static NodeManagerException Unreadable(string option, string path, string why, Exception? cause) =>
        new(
            ErrorIds.SignInFileUnreadable,
            ErrorKind.InvalidArgument,
            $"The file '{path}' of {option} cannot be used: {why.TrimEnd('.')}.",
            path,
            "Give --session-key a file of 32 random bytes or more, --oidc-ca a PEM file, and --oidc-client-secret-file a file with the secret.",
            cause
        );
}
