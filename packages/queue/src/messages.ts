import {
  faults,
  idsPerMessage,
  type MessageOf,
  PermanentError,
  type QueueDefinition
} from '@opendirsync/contracts'

/** Cuts a list of ids into messages that each carry at most `idsPerMessage` of them. No ids, no messages. */
export function messagesOf<Message>(
  ids: readonly string[],
  toMessage: (ids: string[]) => Message
): Message[] {
  const messages: Message[] = []
  for (let from = 0; from < ids.length; from += idsPerMessage) {
    messages.push(toMessage(ids.slice(from, from + idsPerMessage)))
  }
  return messages
}

/** @throws PermanentError when the message is not of the queue's schema. */
export function assertMessage<Definition extends QueueDefinition>(
  definition: Definition,
  message: unknown
): asserts message is MessageOf<Definition> {
  const found = faults(definition.schema, message)
  if (found.length > 0) {
    throw new PermanentError(`This is no message of the queue ${definition.name}: ${found.join('; ')}.`)
  }
}
