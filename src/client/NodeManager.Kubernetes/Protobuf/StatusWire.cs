using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Protobuf;

/// <summary>Decodes refusals, which have the encoding of the requested response.</summary>
internal static class StatusWire
{
    public static Status Read(ReadOnlySpan<byte> answer) => WireReader.Decode(WireEnvelope.Read(answer).Raw, new Status(), ReadStatus);

    private static void ReadStatus(Status status, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                status.Metadata = reader.Fill(new ListMeta(), MetaWire.ReadList);
                break;
            case 2:
                status.Outcome = reader.SharedOrNull();
                break;
            case 3:
                status.Message = reader.Text;
                break;
            case 4:
                status.Reason = reader.SharedOrNull();
                break;
            case 5:
                status.Details = reader.Fill(new StatusDetails(), ReadDetails);
                break;
            case 6:
                status.Code = (int)reader.Value;
                break;
        }
    }

    private static void ReadDetails(StatusDetails details, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                details.Name = reader.SharedOrNull();
                break;
            case 2:
                details.Group = reader.SharedOrNull();
                break;
            case 3:
                details.Kind = reader.SharedOrNull();
                break;
            case 4:
                details.Causes = reader.Add(details.Causes, new(), ReadCause);
                break;
            case 5:
                details.RetryAfterSeconds = reader.IntegerOrNull();
                break;
            case 6:
                details.Uid = reader.SharedOrNull();
                break;
        }
    }

    private static void ReadCause(StatusCause cause, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                cause.Reason = reader.SharedOrNull();
                break;
            case 2:
                cause.Message = reader.SharedOrNull();
                break;
            case 3:
                cause.Field = reader.SharedOrNull();
                break;
        }
    }
}
