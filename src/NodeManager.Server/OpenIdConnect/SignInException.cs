namespace NodeManager.Server.OpenIdConnect;

/// <summary>A sign-in or a refresh that failed.</summary>
/// <param name="reason">For the audit log: without tokens, codes and secrets, and without text of the issuer.</param>
internal sealed class SignInException(SignInFailure failure, string reason, Exception? cause = null) : Exception(reason, cause)
{
    public SignInFailure Failure { get; } = failure;
}

/// <summary>Why a sign-in failed, as the console receives it in the address.</summary>
internal enum SignInFailure
{
    /// <summary>The answer belongs to no sign-in of this browser, or came too late.</summary>
    Expired,

    /// <summary>The issuer refused the user, the code or the refresh token.</summary>
    Refused,

    /// <summary>The ID token is not valid here: issuer, audience, nonce, time or signature.</summary>
    Invalid,

    /// <summary>The API server does not accept the ID token.</summary>
    Unknown,

    /// <summary>The tokens are larger than cookies can be.</summary>
    TooLarge,

    /// <summary>The issuer cannot be reached.</summary>
    Unavailable,
}

/// <summary>The paths of the sign-in below the external URL.</summary>
internal static class SignInPaths
{
    public const string Start = "/sign-in/start",
        Callback = "/sign-in/callback",
        Refresh = "/sign-in/refresh",
        SignOut = "/sign-out";
}
