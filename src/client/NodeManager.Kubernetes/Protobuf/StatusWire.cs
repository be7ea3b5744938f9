using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Protobuf;

/// <summary>Decodes refusals, which have the encoding of the requested response.</summary>
internal static class StatusWire
{
    public static Status Read(ReadOnlySpan<byte> answer)
    {
        var status = new Status();
        var reader = new WireReader(WireEnvelope.Read(answer).Raw);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    status.Metadata = MetaWire.ReadList(reader.Bytes);
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
                    status.Details = ReadDetails(reader.Bytes);
                    break;
                case 6:
                    status.Code = (int)reader.Value;
                    break;
            }
        }

        return status;
    }

    private static StatusDetails ReadDetails(ReadOnlySpan<byte> message)
    {
        var details = new StatusDetails();
        var reader = new WireReader(message);
        while (reader.Read())
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
                    details.Causes = reader.Add(details.Causes, ReadCause);
                    break;
                case 5:
                    details.RetryAfterSeconds = reader.IntegerOrNull();
                    break;
                case 6:
                    details.Uid = reader.SharedOrNull();
                    break;
            }
        }

        return details;
    }

    private static StatusCause ReadCause(ReadOnlySpan<byte> message)
    {
        var cause = new StatusCause();
        var reader = new WireReader(message);
        while (reader.Read())
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

        return cause;
    }
}
