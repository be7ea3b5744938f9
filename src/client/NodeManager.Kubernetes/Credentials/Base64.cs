namespace NodeManager.Kubernetes.Credentials;

/// <summary>Base64 as in Go: line breaks anywhere, no other white space.</summary>
internal static class Base64
{
    public static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        if (text.AsSpan().ContainsAny(' ', '\t') || !Convert.TryFromBase64String(text, bytes, out int length))
            return false;
        Array.Resize(ref bytes, length);
        return true;
    }
}
