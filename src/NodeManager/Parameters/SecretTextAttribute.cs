using System.Net;
using System.Security;

namespace NodeManager.Parameters;

/// <summary>Takes a secret as a SecureString or text. The error for another value does not quote it.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SecretTextAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            null => null,
            SecureString secure => secure,
            Uri uri => Secure(uri.OriginalString),
            string text => Secure(text),
            var other => throw new ArgumentTransformationMetadataException(
                $"A secret is a SecureString or text, not a {other.GetType().Name}."
            ),
        };

    internal static string Read(SecureString secret) => new NetworkCredential("", secret).Password;

    private static SecureString Secure(string text)
    {
        var secure = new SecureString();
        foreach (char one in text)
            secure.AppendChar(one);
        secure.MakeReadOnly();
        return secure;
    }
}
