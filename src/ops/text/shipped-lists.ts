import { createRequire } from 'node:module'
import { type WordList, withAll } from './word-lists.js'

const require = createRequire(import.meta.url)

/** Stop words of 58 languages, from the package stopwords-iso (MIT). */
export function shippedStopwords(): WordList {
  const lists = require('stopwords-iso') as Record<string, string[]>
  return withAll(new Map(Object.entries(lists).map(([language, words]) => [language, new Set(words)])))
}

/** Words not fit for print in 28 languages, from the package naughty-words (CC-BY-4.0). */
export function shippedFlaggedWords(): WordList {
  const lists = require('naughty-words') as Record<string, string[]>
  return withAll(new Map(Object.entries(lists).map(([language, words]) => [language, new Set(words)])))
}
